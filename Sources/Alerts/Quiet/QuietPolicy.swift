// What the configuration says about keeping alerts quiet: everything that QuietBook asks and that no person planned.
package import Community
package import Pipeline

package struct QuietPolicy: Sendable {
  /// A home whose care says until when nobody is there.
  package struct Absence: Sendable, Equatable {
    package var place: String
    package var until: Timestamp

    package init(place: String, until: Timestamp) {
      self.place = place
      self.until = until
    }
  }

  package var settings: QuietSettings
  package var site: QuietSite
  package var absences: [Absence]

  package init(settings: QuietSettings = .none, site: QuietSite = QuietSite(), absences: [Absence] = []) {
    self.settings = settings
    self.site = site
    self.absences = absences
  }

  /// Nothing keeps quiet by itself; what people plan still does.
  package static var none: QuietPolicy { QuietPolicy() }

  /// From places.yaml, devices.yaml and alerts.yaml. An absence until a day ends with the beginning of that day.
  package init(_ community: CommunityModel, settings: QuietSettings, zone: LocalTimeTable) {
    self.settings = settings
    site = QuietSite(
      places: community.places,
      gateways: Dictionary(
        community.devices.compactMap { device in device.gateway.map { (device.id, $0) } }, uniquingKeysWith: { $1 }))
    absences = community.places.places.compactMap { place in
      place.care?.awayUntil.map { Absence(place: place.path, until: $0.instant(in: zone)) }
    }
  }
}

/// The part of alerts.yaml that keeps alerts quiet.
package struct QuietSettings: Sendable {
  package var inhibit: [InhibitRule] = []
  package var maintenance: [RecurringQuiet] = []
  /// nil: off.
  package var damping: DampingSettings? = DampingSettings()
  package var limits = QuietLimits()
  /// Longest shelf, ms.
  package var shelf: Int64 = 7 * 86_400_000
  /// alerts.yaml says something about it: a replay shows it then.
  package var isGiven = false

  package init() {}

  /// How long ended alerts may still explain others, or tell that a subject chatters, ms.
  package var memory: Int64 {
    let graces = inhibit.map(\.grace)
    let lives = damping.map { [$0.within, $0.calm, $0.fleeting?.within ?? 0] } ?? []
    return (graces + lives).max() ?? 0
  }

  package static var none: QuietSettings {
    var settings = QuietSettings()
    settings.damping = nil
    return settings
  }
}
