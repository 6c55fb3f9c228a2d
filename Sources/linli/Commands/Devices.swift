import API
import ArgumentParser
import Community
import Foundation

struct Devices: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Who is there, last heard, quality, battery.")

  @Argument(help: "A place path or a device id.")
  var scope: String?
  @Flag(help: "Only devices that have fallen silent.")
  var silent = false
  @Flag(help: "What arrives and belongs to nobody yet: discovered devices, unknown topics, dead letters.")
  var unassigned = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = ServiceClient(service)
    if unassigned {
      let view = try await client.get("/api/v1/unassigned", as: UnassignedView.self)
      if output.json { return try Terminal.json(view) }
      return show(view)
    }
    let devices = try await client.get(
      "/api/v1/devices", ["scope": scope, "silent": silent ? "true" : nil], as: [DeviceView].self)
    if output.json { return try Terminal.json(devices) }
    var table = Table(
      output.say("设备", "DEVICE"), output.say("型号", "PROFILE"), output.say("位置", "PLACE"),
      output.say("最后收到", "LAST SEEN"), output.say("质量", "QUALITY"), output.say("电量", "BATTERY"))
    for device in devices {
      table.add([
        .init(device.id), .init(device.profile), .init(device.placeName[output.language]),
        .init(Wording.time(device.lastSeen), device.silent ? .red : nil),
        device.silent ? .init(output.say("失联", "silent"), .red) : Wording.quality(device.quality, output),
        .init(device.battery.map { Wording.value($0, unit: "%") } ?? "–", (device.battery ?? 100) < 20 ? .yellow : nil),
      ])
    }
    table.print()
    for device in devices where device.messagesWithoutReading > 0 {
      let count = device.messagesWithoutReading
      Terminal.line(
        Terminal.paint(
          output.say(
            "! \(device.id)：\(count) 条消息可以解析，但型号 \(device.profile) 的字段一个都没有（见 linli devices --unassigned）",
            "! \(device.id): \(count) messages understood, none of their fields is in profile \(device.profile)"
              + " (see linli devices --unassigned)"), .yellow))
    }
  }

  private func show(_ view: UnassignedView) {
    if view.discovered.isEmpty, view.unknownTopics.isEmpty, view.deadLetters.isEmpty {
      return Terminal.line(output.say("没有待认领的设备，也没有无法解析的消息。", "Nothing is unassigned, nothing was undecodable."))
    }
    if !view.discovered.isEmpty {
      Terminal.line(output.say("待认领设备（linli adopt 设备 --place 位置）", "Discovered devices (linli adopt ID --place PLACE)"))
      var table = Table(
        "ID", output.say("型号", "PROFILE"), output.say("主题", "TOPIC"), output.say("最后收到", "LAST SEEN"), "N")
      for device in view.discovered {
        table.add(device.id, device.profile, device.topic, Wording.time(device.lastSeen), String(device.messages))
      }
      table.print()
    }
    if !view.unknownTopics.isEmpty {
      Terminal.line(output.say("没有型号匹配的主题", "Topics that no profile knows"))
      var table = Table(output.say("主题", "TOPIC"), output.say("最后收到", "LAST SEEN"), "N", output.say("样例", "SAMPLE"))
      for topic in view.unknownTopics {
        table.add(topic.topic, Wording.time(topic.lastSeen), String(topic.messages), String(topic.sample.prefix(60)))
      }
      table.print()
    }
    if !view.deadLetters.isEmpty {
      Terminal.line(output.say("无法解析的消息", "Dead letters"))
      var table = Table(
        output.say("时间", "AT"), output.say("主题", "TOPIC"), output.say("原因", "REASON"), output.say("样例", "SAMPLE"))
      for letter in view.deadLetters {
        table.add(
          Wording.time(letter.at), letter.topic, Wording.deadLetter(letter.reason, output),
          String(letter.sample.prefix(60)))
      }
      table.print()
    }
  }
}

struct Adopt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Takes a discovered device into devices.yaml.")

  @Argument(help: "Id of the discovered device (linli devices --unassigned).")
  var id: String
  @Option(help: "Path of the place where it is.")
  var place: String
  @Option(help: "Profile, where several could read it.")
  var profile: String?
  @Option(help: "Id that it shall have (default: the discovered one).")
  var name: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let device = try await ServiceClient(service).post(
      "/api/v1/adoptions", Adoption(id: id, place: place, profile: profile, name: name), as: DeviceView.self)
    if output.json { return try Terminal.json(device) }
    Terminal.line(output.say("已认领 \(device.id)，位置 \(device.place)", "adopted \(device.id) at \(device.place)"))
  }
}
