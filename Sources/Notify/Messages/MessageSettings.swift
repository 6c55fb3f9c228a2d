// What a message needs to know beyond the alert itself; the application fills it from the configuration.
package import Alerts
package import Community
package import Foundation

package struct MessageSettings: Sendable {
  /// Language of channels that name none.
  package var language: Language
  /// Times in messages are local.
  package var timeZone: TimeZone
  /// Address of the console without a closing slash, for links; empty: no link.
  package var externalURL: String
  /// A link that acknowledges with one tap, for a message about an event on a channel; empty: none.
  package var confirmLink: @Sendable (_ event: AlertEvent, _ channel: String) -> String = { _, _ in "" }
  /// The names along a place path, from the district down; empty when the place is unknown.
  package var placeNames: @Sendable (_ path: String) -> [LocalizedText]
  /// The path of the place of a level that a place lies in; nil when there is none.
  package var ancestor: @Sendable (_ level: Place.Level, _ path: String) -> String? = { _, _ in nil }
  /// The name of what a point measures; nil when unknown.
  package var quantityName: @Sendable (_ point: String) -> LocalizedText?
  /// How a value of a point is said, where a number with its unit would not do (open, occupied, …); else nil.
  package var valueText: @Sendable (_ point: String, _ value: Double) -> LocalizedText?

  package init(
    language: Language = .zh, timeZone: TimeZone = .gmt, externalURL: String = "",
    placeNames: @escaping @Sendable (_ path: String) -> [LocalizedText] = { _ in [] },
    quantityName: @escaping @Sendable (_ point: String) -> LocalizedText? = { _ in nil },
    valueText: @escaping @Sendable (_ point: String, _ value: Double) -> LocalizedText? = { _, _ in nil }
  ) {
    self.language = language
    self.timeZone = timeZone
    self.externalURL = externalURL.hasSuffix("/") ? String(externalURL.dropLast()) : externalURL
    self.placeNames = placeNames
    self.quantityName = quantityName
    self.valueText = valueText
  }

  /// Where the event's alert can be seen and answered; empty without a console address, and for orders, which the console does not show.
  func link(to event: AlertEvent) -> String {
    externalURL.isEmpty || event.order != nil ? "" : "\(externalURL)/#alert=\(event.alert.id)"
  }

  /// The names along the path, or the path itself.
  package func placeName(_ path: String, in language: Language) -> String {
    let names = placeNames(path)
    return names.isEmpty ? path : names.map { $0[language] }.joined(separator: language == .zh ? " " : " › ")
  }
}
