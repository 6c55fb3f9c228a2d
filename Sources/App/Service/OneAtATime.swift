// Lets one task do something at a time, in the order in which they came: two reloads, or a reload and an adoption, must not mix
// their files.

actor OneAtATime {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Runs `body` when all that came before is through. Not to be asked again from within `body`.
  func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows -> Result {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    guard isTaken else {
      isTaken = true
      return
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
