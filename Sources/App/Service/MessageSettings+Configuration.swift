import Alerts
package import Community
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
      valueText: { configuration.valueWord($0, $1) })
    ancestor = { level, path in community.places.place(at: level, above: path)?.path }
  }
}

extension LoadedConfiguration {
  /// How a value of a point is said, where a number would not do.
  package func valueWord(_ point: String, _ value: Double) -> LocalizedText? {
    community.point(point).flatMap { ValueText.word($0.values, value) }
  }

  /// The same for an alert's value.
  func valueWord(of alert: Alert) -> LocalizedText? { alert.valueWord(by: valueWord) }
}
