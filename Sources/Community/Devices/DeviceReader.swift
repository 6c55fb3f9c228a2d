package import ConfigFile

/// Reads `devices.yaml` against the places and profiles.
package struct DeviceReader {
  /// More devices are refused.
  static let devicesMax = 500_000
  /// Comparing a wrong path with all places is slow: only so many get a "did you mean".
  private var suggestionsLeft = 50
  /// nil: not known, not checked.
  private let places: PlaceTree?
  private let library: ProfileLibrary
  private let log: ProblemLog
  private var byID: [String: SourceLocation] = [:]
  private var byIdentity: [String: SourceLocation] = [:]
  private var gateways: [(id: String, location: SourceLocation)] = []

  private init(places: PlaceTree?, library: ProfileLibrary, log: ProblemLog) {
    self.places = places
    self.library = library
    self.log = log
  }

  /// The devices that can be used, in the order of the file.
  package static func read(
    _ node: ConfigNode, places: PlaceTree?, library: ProfileLibrary, log: ProblemLog
  ) -> [Device] {
    var refused: Set<String> = []
    return read(node, places: places, library: library, refused: &refused, log: log)
  }

  /// - Parameter refused: gets the ids of the devices that had errors of their own: who names them has made no mistake.
  package static func read(
    _ node: ConfigNode, places: PlaceTree?, library: ProfileLibrary, refused: inout Set<String>, log: ProblemLog
  ) -> [Device] {
    var reader = DeviceReader(places: places, library: library, log: log)
    guard let top = MappingReader(node, keys: Device.fileKeys, as: "devices", log: log) else { return [] }
    let nodes = top.list("devices")
    if nodes.count > devicesMax {
      log.error(
        at: top.location(of: "devices"), zh: "设备超过 \(devicesMax) 台", en: "more than \(devicesMax) devices")
    }
    let devices = nodes.prefix(devicesMax).compactMap { reader.readDevice($0) }
    refused = Set(reader.byID.keys).subtracting(devices.map(\.id))
    reader.checkGateways(devices)
    return devices
  }

  private mutating func readDevice(_ node: ConfigNode) -> Device? {
    guard let reader = MappingReader(node, keys: Device.keys, as: "device", log: log) else { return nil }
    let id = reader.required("id").flatMap { Identifier.read($0, "id", log: log) }
    let profile = readProfile(reader)
    let place = readPlace(reader)
    let match = readMatch(reader, profile: profile)
    let (name, tags) = (reader.text("name"), reader.strings("tags") ?? [])
    let silentAfter = reader.duration("silent_after", in: 1...366 * 86_400_000)
    let gateway = reader.string("gateway")
    if let gateway { gateways.append((gateway, reader.location(of: "gateway"))) }
    guard let id else { return nil }
    if let first = byID[id] {
      log.error(
        at: reader.location(of: "id"), zh: "设备“\(id)”写了两次；第一次在第 \(first.line) 行",
        en: "device \"\(id)\" is there twice; the first is in line \(first.line)",
        hint: .init(zh: "每台设备要有自己的 id", en: "give each device an id of its own"))
      return nil
    }
    byID[id] = node.location
    guard let profile, let place, let match else { return nil }
    var identity = profile.name
    for key in match.count < 2 ? Array(match.keys) : match.keys.sorted() {
      identity += "\n" + key + "=" + (match[key] ?? "")
    }
    if let first = byIdentity[identity] {
      let what = match.isEmpty ? "topic" : "match"
      log.error(
        at: node.location, zh: "设备“\(id)”的 profile 和 \(what) 与第 \(first.line) 行的设备相同",
        en: "device \"\(id)\" has the same profile and \(what) as the one in line \(first.line)",
        hint: .init(zh: "一条消息只能属于一台设备", en: "one message can belong to one device only"))
      return nil
    }
    byIdentity[identity] = node.location
    return Device(
      id: id, profile: profile.name, place: place, match: match, name: name, tags: tags, silentAfter: silentAfter,
      gateway: gateway, location: node.location)
  }

  /// A gateway may stand behind the devices that name it. One with an error of its own is no unknown one.
  private mutating func checkGateways(_ devices: [Device]) {
    for (id, location) in gateways where byID[id] == nil {
      let hint = suggestion { [byID] in Suggestion.hint(for: id, among: byID.keys.sorted()) }
      log.error(
        at: location, zh: "gateway：没有设备“\(id.prefix(60))”", en: "gateway: there is no device \"\(id.prefix(60))\"",
        hint: hint)
    }
    let next = Dictionary(devices.compactMap { device in device.gateway.map { (device.id, $0) } }) { $1 }
    var checked: Set<String> = []
    for device in devices where device.gateway != nil {
      var way: Set<String> = []
      var id: String? = device.id
      while let here = id, !checked.contains(here), way.insert(here).inserted { id = next[here] }
      if let here = id, way.contains(here) {
        log.error(
          at: device.location, zh: "设备“\(device.id)”排在它自己后面：它的网关连成了一圈",
          en: "device \"\(device.id)\" is behind itself: its gateways lead in a circle")
      }
      checked.formUnion(way)
    }
  }

  private mutating func readProfile(_ reader: MappingReader) -> DeviceProfile? {
    guard let node = reader.required("profile"), let name = node.string(log, "profile") else { return nil }
    if let profile = library[name] { return profile }
    log.error(
      at: node.location, zh: "未知的设备模板“\(name)”", en: "unknown profile \"\(name)\"",
      hint: suggestion { [library] in Suggestion.hint(for: name, among: library.profiles.map(\.name)) })
    return nil
  }

  private mutating func readPlace(_ reader: MappingReader) -> String? {
    guard let node = reader.required("place"), let path = node.string(log, "place") else { return nil }
    guard let places, places.index(of: path) == nil else { return path }
    let hint = suggestion {
      let last = path.split(separator: "/").last.map(String.init) ?? path
      let sameID = places.places.filter { $0.id == last }
      if sameID.count == 1 { return Suggestion.didYouMean(sameID[0].path) }
      return Suggestion.hint(for: path, among: places.places.map(\.path))
    }
    log.error(at: node.location, zh: "未知的场所“\(path)”", en: "unknown place \"\(path)\"", hint: hint)
    return nil
  }

  private mutating func suggestion(_ make: () -> LocalizedText?) -> LocalizedText? {
    guard suggestionsLeft > 0 else { return nil }
    suggestionsLeft -= 1
    return make()
  }

  private func readMatch(_ reader: MappingReader, profile: DeviceProfile?) -> [String: String]? {
    var match: [String: String] = [:]
    var isUsable = true
    for entry in reader.mapping("match") {
      if let profile, !profile.captures.contains(entry.key) {
        let hint =
          profile.captures.isEmpty
          ? LocalizedText(
            zh: "它的主题里没有占位符；请去掉 match", en: "its topic captures nothing; leave match out")
          : Suggestion.hint(for: entry.key, among: profile.captures)
        log.error(
          at: entry.keyLocation, zh: "match：设备模板“\(profile.name)”没有占位符“\(entry.key)”",
          en: "match: profile \"\(profile.name)\" captures no \"\(entry.key)\"", hint: hint)
        isUsable = false
        continue
      }
      guard let value = entry.value.string(log, "match") else {
        isUsable = false
        continue
      }
      if value.contains("/") {
        log.error(
          at: entry.value.location, zh: "match：“\(value)”永远不会匹配：占位符只代表一级，不含“/”",
          en: "match: \"\(value)\" can never match: a capture is one level, without \"/\"")
        isUsable = false
      }
      match[entry.key] = value
    }
    guard let profile, isUsable else { return nil }
    let missing = profile.captures.filter { match[$0] == nil }
    guard missing.isEmpty else {
      let wanted = missing.map { "\($0): …" }.joined(separator: ", ")
      let names = missing.map { LocalizedText.quoted($0) }
      let (zh, en) = (names.map(\.zh).joined(separator: "、"), names.map(\.en).joined(separator: " and "))
      log.error(
        at: reader.location(of: "match"), zh: "match：缺少设备模板“\(profile.name)”的占位符\(zh)",
        en: "match: \(en) is missing, which profile \"\(profile.name)\" captures",
        hint: .init(zh: "请加上 match: {\(wanted)}", en: "add match: {\(wanted)}"))
      return nil
    }
    return match
  }
}
