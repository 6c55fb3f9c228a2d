// Lets one task do something at a time, in the order in which they came: two reloads, or a reload and an adoption, must not mix
// their files, and reports not have their months in memory at once. Bounded: beyond that a task is refused and counted.
import API
import Community

actor OneAtATime {
  /// Tasks that may wait.
  static let queueMax = 64

  /// What a task hears that is refused.
  private let refusal: LocalizedText
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private(set) var refused = 0

  init(_ refusal: LocalizedText) { self.refusal = refusal }

  /// Runs `body` when all that came before is through. Not to be asked again from within `body`.
  func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    try await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async throws {
    guard isTaken else {
      isTaken = true
      return
    }
    guard waiting.count < Self.queueMax else {
      refused += 1
      throw BackendError(.unavailable, refusal)
    }
    // Whoever leaves hands over without letting go.
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }

  /// Tasks that wait.
  var queue: Int { waiting.count }
}
