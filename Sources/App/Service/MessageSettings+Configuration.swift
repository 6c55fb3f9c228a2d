import Community
import Notify
import Pipeline

extension MessageSettings {
  /// What messages say about places and points, from the configuration.
  init(_ configuration: LoadedConfiguration) {
    let community = configuration.community
    let address = configuration.settings.http.map { "http://\($0.host):\($0.port)" } ?? ""
    self.init(
      language: configuration.settings.language, timeZone: configuration.settings.timeZone,
      externalURL: configuration.settings.externalURL ?? address,
      placeNames: { path in community.places.ancestry(of: path).reversed().map(\.name) },
      quantityName: { point in community.pointID(point).map { community.quantity(of: $0).label } },
      valueText: { point, value in
        community.point(point).flatMap { ValueWords.text($0.values, value) }
      })
    ancestor = { level, path in community.places.place(at: level, above: path)?.path }
  }
}

/// Values that are no numbers, in words.
enum ValueWords {
  static func text(_ values: PointPlan.Values, _ value: Double) -> LocalizedText? {
    switch values {
    case .number: nil
    case .boolean: value == 0 ? LocalizedText(zh: "否", en: "false") : LocalizedText(zh: "是", en: "true")
    case .named(let names):
      names.indices.contains(Int(value)) ? LocalizedText(names[Int(value)]) : LocalizedText(String(Int(value)))
    }
  }
}
