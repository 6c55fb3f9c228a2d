import ConfigFile
import Pipeline
import Words

/// Looks up the names that selectors use, and says what else could have been meant.
struct NameCheck {
  private let site: Site
  private let log: ProblemLog
  /// All names of a kind, except those of points: a large site has a hundred thousand, and an index of its own.
  private let sets: [Selector.Key: Set<String>]

  init(site: Site, log: ProblemLog) {
    self.site = site
    self.log = log
    var sets: [Selector.Key: Set<String>] = [:]
    sets[.quantity] = Set(site.quantities)
    sets[.profile] = Set(site.profiles)
    sets[.place] = Set(site.places.keys)
    sets[.device] = Set(site.plan.devices.map(\.id)).union(site.refusedDevices)
    sets[.placeKind] = Set(site.places.values.map(\.kind).filter { !$0.isEmpty })
    sets[.deviceKind] = Set(site.kinds.makes.map(\.kind))
    var tags = Set(site.places.values.flatMap(\.tags))
    for device in site.devices {
      tags.formUnion(device.tags)
      for own in device.pointTags { tags.formUnion(own) }
    }
    sets[.tag] = tags
    self.sets = sets
  }

  /// What a wrong name is compared with, in an order that is the same each time.
  private func known(_ key: Selector.Key) -> [String] {
    switch key {
    case .quantity: site.quantities
    case .profile: site.profiles
    case .device: site.plan.devices.map(\.id) + site.refusedDevices.sorted()
    case .point: site.plan.points.map(\.id) + Set(site.plan.profiles.flatMap(\.points)).sorted()
    case .place, .placeKind, .deviceKind, .tag: sets[key]?.sorted() ?? []
    }
  }

  /// Reports every name of a quantity, profile, place, device or point that does not exist. Kinds and tags are free words:
  /// they are not wrong, they only select nothing.
  func check(_ selector: Selector) -> Bool {
    var fine = true
    for key in [Selector.Key.quantity, .profile, .place, .device, .point] {
      for term in selector.terms[key] ?? [] where !exists(term.text, key) {
        log.error(
          at: term.location, key.unknown(term.text),
          hint: Suggestion.hint(for: term.text, among: known(key)))
        fine = false
      }
    }
    return fine
  }

  private func exists(_ text: String, _ key: Selector.Key) -> Bool {
    if sets[key]?.contains(text) == true { return true }
    if key == .point, site.pointNamed(text) != nil || site.plan.profiles.contains(where: { $0.points.contains(text) }) {
      return true
    }
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
  func hint(for selector: Selector) -> LocalizedText? {
    for key in [Selector.Key.placeKind, .deviceKind, .tag] {
      for term in selector.terms[key] ?? [] where sets[key]?.contains(term.text) != true {
        return Suggestion.hint(for: term.text, among: known(key))
          ?? LocalizedText(
            zh: "这里没有\(key.word.zh)“\(term.text)”", en: "nothing here has the \(key.word.en) \"\(term.text)\"")
      }
    }
    return nil
  }
}

extension Selector.Key {
  /// For messages.
  var word: LocalizedText {
    let zh =
      switch self {
      case .quantity: "测量项"
      case .placeKind: "场所类型"
      case .point: "测点"
      case .device: "设备"
      case .deviceKind: "设备类型"
      case .profile: "设备模板"
      case .place: "场所"
      case .tag: "标签"
      }
    return LocalizedText(zh: zh, en: rawValue)
  }

  func unknown(_ name: String) -> LocalizedText {
    LocalizedText(zh: "未知的\(word.zh)“\(name)”", en: "unknown \(word.en) \"\(name)\"")
  }
}
