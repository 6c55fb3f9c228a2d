package import Community
package import ConfigFile

/// What `simulation.yaml` says: how fast the day goes by, and what goes wrong when.
package struct SimulationSchedule: Sendable {
  package struct Incident: Sendable, Equatable {
    /// ms after the start, of real time whatever the speed.
    package var at: Int64
    package var kind: IncidentKind
    /// Where: a place with everything in it, or one device. Exactly one of them.
    package var place: String?
    package var device: String?
    package var lasts: Int64
    /// It comes again so many ms later; nil = once.
    package var every: Int64?

    package init(
      at: Int64, kind: IncidentKind, place: String? = nil, device: String? = nil, lasts: Int64 = 60_000,
      every: Int64? = nil
    ) {
      self.at = at
      self.kind = kind
      self.place = place
      self.device = device
      self.lasts = lasts
      self.every = every
    }
  }

  package static let fileKeys = ["speed", "incidents"]
  package static let incidentKeys = ["at", "kind", "place", "device", "lasts", "every"]
  /// More incidents are refused.
  static let incidentsMax = 10_000

  /// Community time a second of real time, 1…3600: 60 = an hour a minute.
  package var speed: Double
  package var incidents: [Incident]

  package init(speed: Double = 1, incidents: [Incident] = []) {
    self.speed = speed
    self.incidents = incidents
  }

  /// Reads `simulation.yaml` of a configuration directory. None is fine: quiet days at real speed.
  package static func load(directory: String, community: CommunityModel, log: ProblemLog) -> SimulationSchedule {
    guard let node = ConfigReader.load(directory + "/simulation.yaml", mayBeMissing: true, log: log) else {
      return SimulationSchedule()
    }
    return read(node, community: community, log: log)
  }

  package static func read(_ node: ConfigNode, community: CommunityModel, log: ProblemLog) -> SimulationSchedule {
    guard let reader = MappingReader(node, keys: fileKeys, as: "simulation", log: log) else {
      return SimulationSchedule()
    }
    let nodes = reader.list("incidents")
    if nodes.count > incidentsMax {
      log.error(
        at: reader.location(of: "incidents"), zh: "事件超过 \(incidentsMax) 个", en: "more than \(incidentsMax) incidents")
    }
    return SimulationSchedule(
      speed: reader.number("speed", in: 1...3_600) ?? 1,
      incidents: nodes.prefix(incidentsMax).compactMap { incident($0, community: community, log: log) })
  }

  private static func incident(_ node: ConfigNode, community: CommunityModel, log: ProblemLog) -> Incident? {
    guard let reader = MappingReader(node, keys: incidentKeys, as: "incident", log: log) else { return nil }
    let at = reader.requiredDuration("at")
    let kind: IncidentKind? = reader.requiredChoice("kind")
    let lasts = reader.duration("lasts", in: 1_000...86_400_000) ?? 60_000
    let every = reader.duration("every", in: 1_000...31 * 86_400_000)
    let (place, device) = (reader.string("place"), reader.string("device"))
    if (place == nil) == (device == nil) {
      log.error(
        at: node.location, zh: "incident：place 和 device 必须写一个，也只能写一个",
        en: "incident: give either place or device")
      return nil
    }
    if let place, community.places.index(of: place) == nil {
      log.error(
        at: reader.location(of: "place"), zh: "未知的场所“\(place)”", en: "unknown place \"\(place)\"",
        hint: Suggestion.hint(for: place, among: community.places.places.map(\.path)))
      return nil
    }
    if let device, community.device(device) == nil {
      log.error(
        at: reader.location(of: "device"), zh: "未知的设备“\(device)”", en: "unknown device \"\(device)\"",
        hint: Suggestion.hint(for: device, among: community.devices.map(\.id)))
      return nil
    }
    if let every, every <= lasts {
      log.error(
        at: reader.location(of: "every"), zh: "every：还没有结束就又发生", en: "every: it comes again before it is over",
        hint: .init(zh: "请写得比 lasts 长", en: "more than lasts"))
      return nil
    }
    guard let at, let kind else { return nil }
    return Incident(at: at, kind: kind, place: place, device: device, lasts: lasts, every: every)
  }
}
