import ConfigFile
import Pipeline

/// Looks up the names that selectors use, and says what else could have been meant.
struct NameCheck {
  private let site: Site
  private let log: ProblemLog
  private let known: [Selector.Key: [String]]
  private let sets: [Selector.Key: Set<String>]

  init(site: Site, log: ProblemLog) {
    self.site = site
    self.log = log
    var known: [Selector.Key: [String]] = [:]
    known[.quantity] = site.quantities
    known[.profile] = site.profiles
    known[.place] = site.places.keys.sorted()
    known[.device] = site.plan.devices.map(\.id) + site.refusedDevices.sorted()
    known[.point] = site.plan.points.map(\.id) + Set(site.plan.profiles.flatMap(\.points)).sorted()
    known[.placeKind] = Set(site.places.values.map(\.kind).filter { !$0.isEmpty }).sorted()
    known[.deviceKind] = Set(site.devices.map(\.kind)).sorted()
    known[.tag] = Set(site.devices.flatMap { $0.pointTags.reduce($0.tags) { $0.union($1) } })
      .union(site.places.values.flatMap(\.tags)).sorted()
    self.known = known
    sets = known.mapValues(Set.init)
  }

  /// Reports every name of a quantity, profile, place, device or point that does not exist. Kinds and tags are free words:
  /// they are not wrong, they only select nothing.
  func check(_ selector: Selector) -> Bool {
    var fine = true
    for key in [Selector.Key.quantity, .profile, .place, .device, .point] {
      for term in selector.terms[key] ?? [] where !exists(term.text, key) {
        log.error(
          at: term.location, "unknown \(key.rawValue) \"\(term.text)\"",
          hint: Suggestion.hint(for: term.text, among: known[key] ?? []))
        fine = false
      }
    }
    return fine
  }

  private func exists(_ text: String, _ key: Selector.Key) -> Bool {
    if sets[key]?.contains(text) == true { return true }
    if key == .quantity { return sets[key]?.contains(site.quantity(named: text)) == true }
    if isRefused(text, key) { return true }
    return (key == .device || key == .point) && text.contains("*")
  }

  /// A device with an error of its own, or a point of one: that error was reported, this is no other one.
  private func isRefused(_ text: String, _ key: Selector.Key) -> Bool {
    switch key {
    case .device: site.refusedDevices.contains(text)
    case .point: text.split(separator: "/").first.map { site.refusedDevices.contains(String($0)) } ?? false
    default: false
    }
  }

  /// What the selector would have selected may be missing only because of errors in devices.yaml.
  func mayMissDevices(_ selector: Selector) -> Bool {
    guard !site.refusedDevices.isEmpty else { return false }
    let named = [Selector.Key.device, .point].flatMap { key in (selector.terms[key] ?? []).map { ($0.text, key) } }
    return named.isEmpty || named.contains { isRefused($0.0, $0.1) || $0.0.contains("*") }
  }

  /// For a selector that matches nothing: a kind or tag that nobody has, and what is near to it.
  func hint(for selector: Selector) -> String? {
    for key in [Selector.Key.placeKind, .deviceKind, .tag] {
      for term in selector.terms[key] ?? [] where sets[key]?.contains(term.text) != true {
        return Suggestion.hint(for: term.text, among: known[key] ?? [])
          ?? "nothing here has the \(key.rawValue) \"\(term.text)\""
      }
    }
    return nil
  }
}
