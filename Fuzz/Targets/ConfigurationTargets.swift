import App
import Community
import ConfigFile
import Notify
import Pipeline
import Rules

/// The configuration's files other than profiles and rules.
enum ConfigurationTargets {
  private static let secrets = SecretSource(environment: ["TOKEN": "secret"], directory: "/nowhere")

  /// `linli.yaml`
  static func service(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let settings = ServiceSettings(node, secrets: secrets, log: file.log)
    try file.check()
    guard !file.log.hasErrors else { return }
    try require(!settings.brokers.isEmpty, "no broker, and no error")
    for broker in settings.brokers {
      try require((1...65_535).contains(broker.port) && !broker.host.isEmpty, "the broker \(broker.url)")
      try require((0...1).contains(broker.qos), "QoS \(broker.qos)")
      for filter in broker.subscriptions {
        try require(NaiveTopicPattern.isFilter(Array(filter.utf8)), "the broker would refuse the filter \(filter)")
      }
    }
    try require(Set(settings.brokers.map(\.clientID)).count == settings.brokers.count, "a client id twice")
    if let listener = settings.http { try require((0...65_535).contains(listener.port), "port \(listener.port)") }
  }

  static func places(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let tree = PlaceTreeReader.read(node, log: file.log)
    try file.check()
    var seen: Set<[UInt8]> = []
    for (index, place) in tree.places.enumerated() {
      let parent = tree.parents[index]
      try require(parent < index, "a parent behind its child")
      let path = parent < 0 ? place.id : tree.places[parent].path + "/" + place.id
      try require(place.path == path, "\(place.path) is in \(parent)")
      if !file.log.hasErrors {
        try require(seen.insert(Array(path.utf8)).inserted, "the path \(path) twice, and no error")
        try require(tree.index(of: path) == index, "the path \(path) leads elsewhere")
      }
      let depth = tree.ancestry(of: place.path).count
      try require(depth <= 70 && depth >= 1, "\(depth) places around \(place.path)")
      try require(PlaceTree.contains(place.path, place.path), "\(place.path) is not in itself")
    }
  }

  static func channels(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    guard let node = try file.parse() else { return }
    let surroundings = NotifyConfiguration.Surroundings(
      places: SmallCommunity.places.places.map(\.path), rules: SmallCommunity.rules.rules.map(\.id))
    let configuration = NotifyConfiguration.read(
      node, secrets: secrets, surroundings: surroundings, log: file.log)
    try file.check()
    guard !file.log.hasErrors else { return }
    let ids = Set(configuration.channels.map(\.id))
    try require(ids.count == configuration.channels.count, "a channel twice")
    for channel in configuration.channels {
      if let fallback = channel.fallback { try require(ids.contains(fallback), "no fallback \(fallback)") }
      for text in [channel.template?.zh, channel.template?.en] {
        if let text { try require((try? Template(text)) != nil, "a template that cannot be rendered: \(text)") }
      }
    }
    for route in configuration.routes {
      try require(!route.to.isEmpty && route.to.allSatisfy(ids.contains), "a route to \(route.to)")
    }
  }

  /// `devices.yaml`, which may also get a device added to its text.
  static func devices(_ bytes: UnsafeRawBufferPointer) throws {
    let file = PlacedProblems(bytes)
    let node = try file.parse()
    if let node {
      let devices = DeviceReader.read(
        node, places: SmallCommunity.places, library: SmallCommunity.library, log: file.log)
      try file.check()
      try require(Set(devices.map(\.id)).count == devices.count, "a device twice")
      let model = CommunityModel(places: SmallCommunity.places, library: SmallCommunity.library, devices: devices)
      try require(model.devices.count == devices.count, "a device is left out")
      let decoder = MessageDecoder(plan: model.makePlan())
      try require(decoder.refusedPatterns.isEmpty, "a topic is refused")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    try addDevice(to: text, document: node)
  }

  private static func addDevice(to text: String, document: ConfigNode?) throws {
    let device = Device(
      id: "new-1", profile: "gate", place: "hedong/yihe", match: ["site": "a: b", "device": "#7"],
      name: LocalizedText(zh: "门", en: "- gate"), location: SourceLocation(file: ""))
    guard let result = try? DeviceFile.adding(device, to: text, file: PlacedProblems.file) else { return }
    let added = ConfigReader.parse(result, file: PlacedProblems.file, log: ProblemLog())
    guard let before = document, let after = added else {
      throw Violation(description: "a device was added to a file that cannot be read")
    }
    let devices = after.entries?.first { $0.key == "devices" }?.value.sequence ?? []
    let kept = before.entries?.first { $0.key == "devices" }?.value.sequence ?? []
    let ids = devices.map { node in node.entries?.first { $0.key == "id" }?.value.scalar }
    guard let place = ids.firstIndex(of: "new-1") else { throw Violation(description: "the new device is not there") }
    var others = devices.map(\.jsonText)
    let new = others.remove(at: place)
    try require(others == kept.map(\.jsonText), "other devices have changed")
    let expected =
      ##"{"id":"new-1","profile":"gate","place":"hedong/yihe","match":{"device":"#7","site":"a: b"},"##
      + ##""name":{"zh":"门","en":"- gate"}}"##
    try require(new == expected, "the new device reads \(new)")
    let otherKeys = (after.entries ?? []).filter { $0.key != "devices" }.map { $0.key + $0.value.jsonText }
    let keptKeys = (before.entries ?? []).filter { $0.key != "devices" }.map { $0.key + $0.value.jsonText }
    try require(otherKeys == keptKeys, "other keys have changed")
  }
}
