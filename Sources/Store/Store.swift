// The alert database: one SQLite file, one writer. What is in it survives a power cut; what cannot be written is refused
// whole, with an error that says whether trying again makes sense.

import GRDB

package final class Store: Sendable {
  package let path: String
  let pool: DatabasePool

  /// Opens or creates the database at `path`; its folder must exist. A damaged file is an error and stays as it is.
  package init(path: String) throws(StoreError) {
    self.path = path
    pool = try DatabaseFile.open(path, label: "linli.store", readers: 3, migrator: StoreSchema.migrator)
  }

  /// Runs `work` in one transaction: all of it or nothing. Not cancelled with the calling task: an alert must not be lost
  /// because a browser went away.
  func write<Value: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      pool.asyncWrite(work) { _, result in continuation.resume(returning: result) }
    }
    do { return try result.get() } catch { throw StoreError(error, path: path) }
  }

  /// Runs `work` on a consistent snapshot, beside the writer.
  func read<Value: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      pool.asyncRead { database in
        continuation.resume(returning: Result { try work(database.get()) })
      }
    }
    do { return try result.get() } catch { throw StoreError(error, path: path) }
  }

  /// Closes the file; every later call fails.
  package func close() throws(StoreError) {
    do { try pool.close() } catch { throw StoreError(error, path: path) }
  }
}
