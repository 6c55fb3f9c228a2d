// The robots' limits hold over every window, however the sends fall.
import Notify
import Pipeline
import Testing

@Suite struct BudgetTests {
  @Test func twentyAMinuteAndNotOneMore() {
    var budget = Budget(for: .dingtalk)
    var now = Sample.start
    var sent: [Timestamp] = []
    while sent.count < 200 {
      now = budget.next(at: now, critical: sent.count % 3 == 0)
      budget.spend(at: now)
      sent.append(now)
      now = now + Int64(sent.count % 7) * 431
    }
    for (index, time) in sent.enumerated() where index >= 20 {
      #expect(time - sent[index - 20] >= 60_000)
    }
  }

  @Test func feishuKeepsBothLimits() {
    var budget = Budget(for: .feishu)
    var now = Sample.start
    var sent: [Timestamp] = []
    while sent.count < 300 {
      now = budget.next(at: now, critical: true)
      budget.spend(at: now)
      sent.append(now)
    }
    for (index, time) in sent.enumerated() {
      if index >= 5 { #expect(time - sent[index - 5] >= 1_000) }
      if index >= 100 { #expect(time - sent[index - 100] >= 60_000) }
    }
  }

  @Test func theReserveIsForCriticalAlerts() {
    var budget = Budget(for: .wecom)
    for _ in 0..<16 { budget.spend(at: Sample.start) }
    #expect(budget.next(at: Sample.start, critical: false) == Sample.start + 61_000)
    #expect(budget.next(at: Sample.start, critical: true) == Sample.start)
  }

  @Test func blockedUntil() {
    var budget = Budget(for: .webhook)
    budget.block(until: Sample.start + 600_000)
    budget.block(until: Sample.start + 5)
    #expect(budget.next(at: Sample.start, critical: true) == Sample.start + 600_000)
    #expect(budget.next(at: Sample.start + 700_000, critical: false) == Sample.start + 700_000)
  }
}
