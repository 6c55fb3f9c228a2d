package import Community
import HummingbirdCore
import Synchronization

/// Connections of a listener: counted, bounded, and a word in the log when there are as many as there may be.
package final class ListenerConnections: Sendable {
  package struct Load: Sendable, Equatable {
    package var open = 0
    /// How often there were as many as there may be.
    package var filled: UInt64 = 0
    /// Connections that were closed because a request on them did not come to its end.
    package var cut: UInt64 = 0
  }

  /// Each takes a descriptor, and those who are to be told need some, too. More wait in the kernel.
  package static let most = 256
  /// Ms from one word in the log to the next.
  static let warningEvery: Int64 = 600_000

  private struct State {
    var load = Load()
    var warnedAt: Int64?
  }

  package let bound: Int
  private let name: String
  private let warn: @Sendable (LocalizedText) -> Void
  private let now: @Sendable () -> Int64
  private let state = Mutex(State())

  /// - Parameter name: where it listens.
  /// - Parameter warn: is told when all are taken, at most once in ten minutes.
  /// - Parameter now: ms of a clock that never jumps.
  package init(
    of name: String, bound: Int = ListenerConnections.most, warn: @escaping @Sendable (LocalizedText) -> Void,
    now: @escaping @Sendable () -> Int64
  ) {
    self.name = name
    self.bound = bound
    self.warn = warn
    self.now = now
  }

  package var load: Load { state.withLock { $0.load } }

  /// What keeps the next one from being answered; nil: nothing.
  package var trouble: LocalizedText? { load.open < bound ? nil : words }

  private var words: LocalizedText {
    LocalizedText(
      zh: "\(name)：\(bound) 个连接已全部占用，新的连接要等待；请看是谁占用它们（ss -t）",
      en: "\(name): all \(bound) connections are taken and further ones wait; see who holds them (ss -t)")
  }

  func opened() {
    let now = now()
    let isNews = state.withLock { state -> Bool in
      state.load.open += 1
      guard state.load.open == bound else { return false }
      state.load.filled += 1
      if let warnedAt = state.warnedAt, now - warnedAt < Self.warningEvery { return false }
      state.warnedAt = now
      return true
    }
    if isNews { warn(words) }
  }

  func cut() { state.withLock { $0.load.cut += 1 } }

  func closed() { state.withLock { $0.load.open -= 1 } }

  var hasRoom: Bool { state.withLock { $0.load.open < bound } }
}

/// What the listener asks before it takes a connection from the kernel.
struct ConnectionBound: AvailableConnectionsDelegate {
  let connections: ListenerConnections

  func connectionOpened() { connections.opened() }
  func connectionClosed() { connections.closed() }
  func isAcceptingNewConnections() -> Bool { connections.hasRoom }
}
