package import API
import Alerts
import Community
import ConfigFile
import Foundation
import Pipeline

/// Who is there, what they say, and who is not known yet.
extension CommunityService {
  package func places() async -> [PlaceView] {
    configuration.community.places.places.map {
      PlaceView(path: $0.path, level: $0.level.rawValue, name: $0.name, kind: $0.kind)
    }
  }

  package func devices(_ selection: DeviceSelection) async throws -> [DeviceView] {
    let configuration = configuration
    let scope = try selection.scope.map { try self.scope($0, in: configuration) }
    let zone = configuration.settings.timeZone
    let places = configuration.community.places
    var views: [DeviceView] = []
    for lane in lanes {
      let without = try await answer(lane.ingest.mailbox) { $0.messagesWithoutReading }
      let facts =
        try await answer(lane.core.mailbox) { core in
          core.plan.devices.indices.compactMap { index -> DeviceFacts? in
            let device = core.plan.devices[index]
            guard scope?.includes(device: device.id, at: device.place) ?? true else { return nil }
            let facts = DeviceFacts(core, DeviceID(index))
            return selection.silentOnly && !facts.device.isSilent ? nil : facts
          }
        }
      views += facts.map { facts in
        DeviceView(
          id: facts.plan.id, profile: facts.profile, place: facts.plan.place,
          placeName: places[facts.plan.place]?.name ?? LocalizedText(facts.plan.place),
          lastSeen: facts.device.lastHeard?.rfc3339(in: zone), silent: facts.device.isSilent, quality: facts.quality,
          battery: facts.battery, points: facts.points, messagesWithoutReading: without[facts.plan.id] ?? 0)
      }
    }
    return views.sorted { ($0.place, $0.id) < ($1.place, $1.id) }
  }

  /// The answer of a lane's thread.
  /// - Throws: `unavailable` when it has ended or too many questions wait.
  func answer<Owner, Answer: Sendable>(
    _ mailbox: Mailbox<Owner>, _ question: @escaping @Sendable (Owner) -> Answer
  ) async throws -> Answer {
    if let answer = await mailbox.ask(question) { return answer }
    throw BackendError(
      .unavailable, zh: "通道现在没有应答：正在停止，或排队的查询太多；请重试",
      en: "the lane gives no answer now: it stops, or too many questions wait; ask again")
  }

  package func unassigned() async -> UnassignedView {
    let zone = configuration.settings.timeZone
    var view = UnassignedView(discovered: [], unknownTopics: [], deadLetters: [])
    for lane in lanes {
      guard let found = await lane.ingest.mailbox.ask({ $0.unassigned }) else { continue }
      view.discovered += found.discovered.map {
        .init(
          id: $0.id, profile: $0.profile, topic: $0.topic, match: $0.captures,
          firstSeen: $0.firstSeen.rfc3339(in: zone),
          lastSeen: $0.lastSeen.rfc3339(in: zone), messages: $0.count,
          sample: String(decoding: $0.payload, as: UTF8.self))
      }
      view.unknownTopics += found.unknown.map {
        .init(
          topic: $0.topic, lastSeen: $0.lastSeen.rfc3339(in: zone), messages: $0.count,
          sample: String(decoding: $0.payload, as: UTF8.self))
      }
      view.deadLetters += found.letters.map {
        .init(
          at: $0.at.rfc3339(in: zone), topic: $0.topic, reason: $0.reason.text,
          sample: String(decoding: $0.payload, as: UTF8.self))
      }
    }
    return view
  }

  package func points(_ selection: PointSelection) async throws -> [PointView] {
    let configuration = configuration
    let scope = try selection.scope.map { try self.scope($0, in: configuration) }
    let zone = configuration.settings.timeZone
    var views: [PointView] = []
    for lane in lanes {
      let facts =
        try await answer(lane.core.mailbox) { core -> [PointFacts] in
          let since = selection.changedSince ?? 0
          let candidates = since > 0 ? core.points(changedSince: since) : core.plan.points.indices.map { PointID($0) }
          return candidates.compactMap { id -> PointFacts? in
            let point = core.plan.points[Int(id)]
            let device = core.plan.devices[Int(point.device)]
            guard scope?.includes(point: point.id, of: device.id, at: device.place) ?? true else { return nil }
            return PointFacts(plan: point, place: device.place, snapshot: core.snapshot(ofPoint: id))
          }
        }
      views += facts.map { $0.view(zone: zone, language: configuration.settings.language) }
    }
    return views
  }

  package func adopt(_ adoption: Adoption) async throws -> DeviceView {
    let configuration = configuration
    let place = try resolve(place: adoption.place, in: configuration)
    let known = await unassigned().discovered.filter { $0.id == adoption.id }
    guard let found = known.first(where: { (adoption.profile ?? $0.profile) == $0.profile }) ?? known.first else {
      throw BackendError(
        .notFound, zh: "没有发现设备“\(adoption.id)”；`linli devices --unassigned` 列出收到过消息的设备",
        en: "no discovered device '\(adoption.id)'; `linli devices --unassigned` lists what was heard")
    }
    let profile = adoption.profile ?? found.profile
    let match = profile == found.profile ? found.match : try self.match(of: found, by: profile, in: configuration)
    let device = Device(
      id: adoption.name ?? found.id, profile: profile, place: place, match: match,
      location: .init(file: "devices.yaml"))
    let path = configuration.directory + "/devices.yaml"
    try await reloads.run { try await self.add(device, toFileAt: path) }
    guard let view = try await devices(DeviceSelection(scope: device.id)).first else {
      throw BackendError(
        .conflict, zh: "\(device.id) 已写入 \(path)，但不属于任何代理的通道",
        en: "\(device.id) is in \(path), but belongs to no broker's lane")
    }
    return view
  }

  /// What tells the device apart in the topics of a profile that the lane has not chosen for it.
  /// - Throws: `conflict` when none of them is the device's: it would never be heard.
  private func match(
    of found: UnassignedView.Discovered, by name: String, in configuration: LoadedConfiguration
  ) throws -> [String: String] {
    var fitting: [(name: String, match: [String: String])] = []
    for profile in configuration.community.profiles {
      let matches = profile.topics.lazy.compactMap { (try? TopicPattern($0))?.captures(of: found.topic) }
      if let match = matches.first { fitting.append((profile.name, match)) }
    }
    if let fit = fitting.first(where: { $0.name == name }) { return fit.match }
    let isKnown = configuration.community.profiles.contains { $0.name == name }
    let reason =
      isKnown
      ? LocalizedText(
        zh: "\(found.id) 的消息将永远收不到：设备模板“\(name)”没有主题符合 \(found.topic)",
        en: "\(found.id) would never be heard: no topic of profile '\(name)' fits \(found.topic)")
      : LocalizedText(zh: "没有设备模板“\(name)”", en: "there is no profile '\(name)'")
    let names = fitting.map(\.name).sorted()
    throw BackendError(
      .conflict, zh: "\(reason.zh)；符合的设备模板：\(names.joined(separator: "、"))",
      en: "\(reason.en); profiles that fit: \(names.joined(separator: ", "))")
  }

  private func add(_ device: Device, toFileAt path: String) async throws {
    let before = FileManager.default.contents(atPath: path)
    do { try DeviceFile.add(device, toFileAt: path) } catch {
      throw BackendError(
        .conflict, zh: "\(path) 没有更改：\(error.message.zh)", en: "\(path) was not changed: \(error.message.en)")
    }
    do { try await readAgain() } catch {
      // What the next start would refuse must not stay behind.
      if let before {
        try? before.write(to: URL(fileURLWithPath: path), options: .atomic)
      } else {
        try? FileManager.default.removeItem(atPath: path)
      }
      let reason = LocalizedText(of: error)
      throw BackendError(
        .conflict, zh: "没有接入 \(device.id)，否则配置无法通过检查：\(reason.zh)",
        en: "\(device.id) was not taken in, the configuration would be refused: \(reason.en)")
    }
  }

  /// What a list is limited to: a subtree, a device or a point.
  enum Scope: Sendable {
    case place(String)
    case device(String)
    case point(String)

    func includes(device: String, at place: String) -> Bool {
      switch self {
      case .place(let path): PlaceTree.contains(path, place)
      case .device(let id): id == device
      case .point(let id): id.hasPrefix(device + "/")
      }
    }

    func includes(point: String, of device: String, at place: String) -> Bool {
      if case .point(let id) = self { return id == point }
      return includes(device: device, at: place)
    }
  }

  func scope(_ text: String, in configuration: LoadedConfiguration) throws -> Scope {
    if configuration.community.deviceID(text) != nil { return .device(text) }
    if configuration.community.pointID(text) != nil { return .point(text) }
    do {
      return .place(try resolve(place: text, in: configuration))
    } catch let error as BackendError where error.kind == .notFound {
      throw BackendError(
        .notFound, zh: "没有场所、设备或测点“\(text)”；请看 `linli devices`",
        en: "there is no place, device or point '\(text)'; see `linli devices`")
    }
  }
}

/// A device as its core knows it.
struct DeviceFacts: Sendable {
  var plan: DevicePlan
  var profile: String
  var device: LaneCore.DeviceSnapshot
  var quality: String
  var battery: Double?
  var points: [String]

  init(_ core: LaneCore, _ id: DeviceID) {
    plan = core.plan.devices[Int(id)]
    let slots = core.plan.profiles[plan.profile].points.count
    profile = core.plan.profiles[plan.profile].name
    device = core.snapshot(ofDevice: id)
    var worst: Quality?
    points = []
    for point in plan.firstPoint..<plan.firstPoint + PointID(slots) {
      let snapshot = core.snapshot(ofPoint: point)
      points.append(core.plan.points[Int(point)].id)
      if let quality = snapshot.quality, quality.rawValue >= worst?.rawValue ?? 0 { worst = quality }
      if core.plan.points[Int(point)].quantity == "battery-level" { battery = snapshot.value }
    }
    quality = worst?.name ?? "unknown"
  }
}

/// A point as its core knows it.
struct PointFacts: Sendable {
  var plan: PointPlan
  var place: String
  var snapshot: LaneCore.PointSnapshot

  /// The value of the newest reading; nil when that one is bad: an older value is not what was at that time. What is momentary is
  /// over as soon as it is there; its time says when it was.
  private var value: Double? {
    let isBad = snapshot.quality == .bad && snapshot.reason != .silent && snapshot.reason != .stuck
    guard !isBad, snapshot.time == snapshot.newest, let value = snapshot.value else { return nil }
    return plan.event && plan.values == .boolean ? 0 : value
  }

  func view(zone: TimeZone, language: Language) -> PointView {
    PointView(
      point: plan.id, at: snapshot.newest?.rfc3339(in: zone), value: value,
      text: value.flatMap { ValueText.word(plan.values, $0)?[language] }, unit: plan.unit,
      quantity: plan.quantity, quality: snapshot.quality?.name ?? "unknown", reason: snapshot.reason.name, place: place,
      version: snapshot.version)
  }
}
