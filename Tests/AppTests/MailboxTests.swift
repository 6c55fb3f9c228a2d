import App
import Synchronization
import Testing

/// Questions to a thread: answered in order, bounded, and never left without an answer.
@Suite struct MailboxTests {
  @Test func questionsAboveTheBoundAreRefusedAndCounted() async {
    let mailbox = Mailbox<Int>()
    let capacity = Mailbox<Int>.capacity
    let answers = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<capacity + 100 { group.addTask { await mailbox.ask { $0 + number } } }
      while mailbox.count < capacity || mailbox.refused < 100 { await Task.yield() }
      #expect(mailbox.count == capacity)
      mailbox.answer(1_000)
      var answers: [Int?] = []
      for await answer in group { answers.append(answer) }
      return answers
    }
    #expect(answers.count { $0 == nil } == 100)
    #expect(mailbox.refused == 100 && mailbox.count == 0)
  }

  @Test func theServicesOwnOrdersAreNeverRefused() async {
    let mailbox = Mailbox<Int>()
    let done = Mutex(0)
    for _ in 0..<Mailbox<Int>.capacity { mailbox.put { _ in done.withLock { $0 += 1 } } }
    mailbox.put { owner in if owner == 7 { done.withLock { $0 += 1 } } }
    #expect(await mailbox.ask { $0 } == nil)
    mailbox.answer(7)
    #expect(done.withLock { $0 } == Mailbox<Int>.capacity + 1)
  }

  @Test func afterTheEndEverybodyGetsNil() async {
    let mailbox = Mailbox<Int>()
    mailbox.close()
    #expect(await mailbox.ask { $0 } == nil)
    #expect(mailbox.refused == 0)
  }
}
