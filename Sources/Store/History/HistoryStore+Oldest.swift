import GRDB
package import Pipeline

extension HistoryStore {
  /// Where the block that would go next begins: about the time of the oldest reading that is kept; nil when there is none.
  package func oldest() throws(StoreError) -> Timestamp? {
    try read { db in
      let oldest = try Int64.fetchOne(db, sql: "SELECT start FROM blocks ORDER BY until LIMIT 1")
      // Blocks hold what was in `fresh` before; only a young history has nothing else.
      let first = try Int64.fetchOne(db, sql: "SELECT start FROM fresh ORDER BY id LIMIT 1")
      return (oldest ?? first).map { Timestamp(milliseconds: $0) }
    }
  }
}
