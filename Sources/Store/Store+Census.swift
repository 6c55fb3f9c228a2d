// Counts for the daily proof of life of a channel.
import GRDB
package import Notify
package import Pipeline

extension Store {
  /// What happened from `begin` until before `end`, and what is open now.
  package func census(from begin: Timestamp, to end: Timestamp, channel: String) async throws(StoreError) -> AlertCensus
  {
    try await read { db in
      func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM \(sql)", arguments: arguments) ?? 0
      }
      let span: StatementArguments = [begin.milliseconds, end.milliseconds]
      return AlertCensus(
        open: try count("alerts WHERE closed_at IS NULL"),
        raised: try count("alerts WHERE raised_at >= ? AND raised_at < ?", span),
        closed: try count("alerts WHERE closed_at >= ? AND closed_at < ?", span),
        delivered: try count(
          "deliveries WHERE finished_at >= ? AND finished_at < ? AND failed = 0 AND channel = ?", span + [channel]))
    }
  }
}
