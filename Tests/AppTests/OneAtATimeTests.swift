import API
import Community
import Synchronization
import TestSupport
import Testing

@testable import App

@Suite struct OneAtATimeTests {
  private final class Log: Sendable {
    private let list = Mutex<[String]>([])
    var lines: [String] { list.withLock { $0 } }
    func add(_ line: String) { list.withLock { $0.append(line) } }
  }

  /// What has begun ends before the next begins, and they come in their order, also behind one that fails.
  @Test func oneEndsBeforeTheNextBegins() async throws {
    struct Failure: Error {}
    let door = OneAtATime(LocalizedText("later"))
    let log = Log()
    let (goes, go) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<4 {
        group.addTask {
          do {
            try await door.run {
              log.add("\(number) begins")
              if number == 0 { for await _ in goes { break } } else { await Task.yield() }
              log.add("\(number) ends")
              if number == 1 { throw Failure() }
            }
          } catch is Failure {}
        }
        if number == 0 {
          while log.lines.isEmpty { await Task.yield() }
        } else {
          while await door.queue < number { await Task.yield() }
        }
      }
      go.yield()
      try await group.waitForAll()
    }
    #expect(log.lines == (0..<4).flatMap { ["\($0) begins", "\($0) ends"] })
    #expect(await door.queue == 0)
  }

  @Test func tooManyAreRefusedAndCounted() async throws {
    let door = OneAtATime(LocalizedText("later"))
    let (goes, go) = AsyncStream<Void>.makeStream()
    let (began, begin) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await door.run {
          begin.finish()
          for await _ in goes {}
        }
      }
      for await _ in began {}
      for _ in 0..<OneAtATime.queueMax { group.addTask { try await door.run {} } }
      while await door.queue < OneAtATime.queueMax { await Task.yield() }
      let refusal = await #expect(throws: BackendError.self) { try await door.run {} }
      #expect(refusal?.kind == .unavailable)
      #expect(await door.refused == 1)
      go.finish()
      try await group.waitForAll()
    }
    #expect(await door.queue == 0)
  }
}
