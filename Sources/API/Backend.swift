package import Alerts
package import Community
package import Pipeline

/// What the HTTP API and the command line can ask of a running service. The App implements it over its lanes, alert desk
/// and store; tests over memory. Every call returns a snapshot: nothing that is handed out is live.
package protocol Backend: OrderBackend {
  /// Of texts for readers who ask for none.
  var language: Language { get async }
  /// State of the whole service; counts of devices and alerts for `place` and below when one is given.
  func status(place: String?, language: Language) async throws -> StatusView
  func places() async -> [PlaceView]
  func devices(_ selection: DeviceSelection) async throws -> [DeviceView]
  /// Discovered devices, topics that no profile knows, dead letters.
  func unassigned() async -> UnassignedView
  /// Takes a discovered device into `devices.yaml` and reloads.
  func adopt(_ adoption: Adoption) async throws -> DeviceView
  func points(_ selection: PointSelection) async throws -> [PointView]
  /// Readings of one point, or sums of equal stretches, oldest first.
  func history(_ selection: HistorySelection) async throws -> [PointView]
  func alerts(_ selection: AlertSelection) async throws -> [AlertView]
  func alert(id: String, language: Language) async throws -> AlertStoryView
  func perform(_ action: AlertActionRequest, on id: String, language: Language) async throws -> AlertActionView
  /// Planned quiet of a kind that is not over; with `all`, what is over too.
  func quiets(_ kind: PlannedQuiet.Kind, all: Bool, language: Language) async throws -> [QuietView]
  func planQuiet(_ body: QuietBody, kind: PlannedQuiet.Kind, language: Language) async throws -> QuietView
  /// What it would have hidden in the past week.
  func previewQuiet(_ body: QuietBody, kind: PlannedQuiet.Kind, language: Language) async throws -> QuietPreview
  func endQuiet(_ id: String, kind: PlannedQuiet.Kind, by: String, language: Language) async throws -> QuietView
  /// Somebody is back before the time; what was ended by that.
  func backAtHome(place: String, by: String, language: Language) async throws -> [QuietView]
  /// Everything that happens to alerts from now on; with `after`, first what happened since that event number. In order and
  /// without a gap, at the reader's pace.
  func events(after: Int64?, language: Language) async -> LiveEvents
  /// The next stretch of the journal as tape lines, oldest first, arrivals from `since` on, of topics that match `filter`;
  /// `cursor` is what the stretch before answered, nil to begin.
  func tape(since: Timestamp, filter: String, cursor: TapeCursor?) async throws -> TapeStretch
  /// A month in figures: assessment, alarm measures or availability.
  func report(_ selection: ReportSelection) async throws -> ReportFile
  /// Prometheus text exposition format.
  func metrics() async -> String
  /// nil when the service is subscribed and its storage writable, else what is missing.
  func notReadyReason() async -> LocalizedText?
  /// Reads the configuration again. What of it is taken at the next start only, a sentence each.
  @discardableResult
  func reload() async throws -> [LocalizedText]
  /// The instant "now" of the service.
  func now() async -> Timestamp
}

package struct DeviceSelection: Sendable {
  /// A place path (subtree) or a device id; nil = all.
  package var scope: String?
  package var silentOnly: Bool
  package init(scope: String? = nil, silentOnly: Bool = false) {
    self.scope = scope
    self.silentOnly = silentOnly
  }
}

package struct PointSelection: Sendable {
  /// A place path (subtree), a device id or a point id; nil = all.
  package var scope: String?
  /// Only points that changed after that version (see `PointView.version`).
  package var changedSince: UInt64?
  package init(scope: String? = nil, changedSince: UInt64? = nil) {
    self.scope = scope
    self.changedSince = changedSince
  }
}

package struct HistorySelection: Sendable, Equatable {
  package var point: String
  package var since: Timestamp
  /// Inclusive.
  package var until: Timestamp
  /// Length of the stretches to sum up, ms, within `everyRange`; nil = single readings.
  package var every: Int64?
  package static let everyRange: ClosedRange<Int64> = 1_000...400 * 86_400_000
  /// Most rows of the answer, the oldest ones.
  package var limit: Int
  package init(
    point: String, since: Timestamp, until: Timestamp = .distantFuture, every: Int64? = nil, limit: Int = 100_000
  ) {
    self.point = point
    self.since = since
    self.until = until
    self.every = every
    self.limit = limit
  }
}

package struct AlertSelection: Sendable {
  package var scope: String?
  /// Closed ones too.
  package var all: Bool
  package var limit: Int
  package var cursor: AlertQuery.Cursor?
  package var language: Language
  package init(
    scope: String? = nil, all: Bool = false, limit: Int = 1000, cursor: AlertQuery.Cursor? = nil,
    language: Language = .zh
  ) {
    self.cursor = cursor
    self.language = language
    self.scope = scope
    self.all = all
    self.limit = limit
  }
}

/// Where a reading of the tape goes on: a lane and a position in its journal.
package struct TapeCursor: Sendable, Equatable {
  package var lane: Int
  package var position: JournalPosition
  package init(lane: Int, position: JournalPosition) {
    self.lane = lane
    self.position = position
  }
}

package struct TapeStretch: Sendable {
  package var lines: [String]
  /// nil at the end.
  package var next: TapeCursor?
  package init(lines: [String], next: TapeCursor?) {
    self.lines = lines
    self.next = next
  }
}

/// What the API could not do, and why; becomes an RFC 9457 problem document.
package struct BackendError: Error, Sendable, Equatable {
  package enum Kind: String, Sendable { case notFound, invalid, conflict, unavailable, tooMany, tooLarge }
  package var kind: Kind
  package var message: LocalizedText

  package init(_ kind: Kind, _ message: LocalizedText) {
    self.kind = kind
    self.message = message
  }

  package init(_ kind: Kind, zh: String, en: String) {
    self.init(kind, LocalizedText(zh: zh, en: en))
  }
}
