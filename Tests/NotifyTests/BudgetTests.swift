// The robots' limits hold over every window, however the sends fall.
import Foundation
import Notify
import Pipeline
import TestSupport
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
    for _ in 0..<12 { budget.spend(at: Sample.start) }
    #expect(budget.next(at: Sample.start, critical: false) == Sample.start + 61_000)
    #expect(budget.next(at: Sample.start, critical: true) == Sample.start)
    #expect(budget.capacity(within: 0, at: Sample.start, critical: false) == 0)
    #expect(budget.capacity(within: 5_000, at: Sample.start, critical: true) == 2)
  }

  /// However much is sent, a critical message can leave within nine seconds, and the robot's limit holds.
  @Test(arguments: [Channel.Kind.wecom, .dingtalk, .feishu]) func aCriticalMessageNeverWaitsLong(kind: Channel.Kind) {
    var budget = Budget(for: kind)
    var now = Sample.start
    var dice = SeededGenerator(seed: 7)
    var sent: [Timestamp] = []
    for _ in 0..<3_000 {
      let critical = Int.random(in: 0..<3, using: &dice) > 0
      let time = budget.next(at: now, critical: critical)
      if critical { #expect(time - now <= 9_000) }
      // Ordinary ones give way when they would have to wait.
      if critical || time == now {
        budget.spend(at: time)
        sent.append(time)
        now = time
      }
      now = now + Int64.random(in: 0..<900, using: &dice)
    }
    let limit = kind == .feishu ? 100 : 20
    for (index, time) in sent.enumerated() where index >= limit { #expect(time - sent[index - limit] > 60_000) }
  }

  @Test func outlivesARestart() throws {
    var budget = Budget(for: .dingtalk)
    for _ in 0..<20 { budget.spend(at: Sample.start) }
    budget.block(until: Sample.start + 600_000)
    let memory = try JSONDecoder().decode(Budget.Memory.self, from: JSONEncoder().encode(budget.memory))
    let next = Budget(for: .dingtalk, remembering: memory)
    #expect(next.next(at: Sample.start + 1, critical: true) == Sample.start + 600_000)
  }

  @Test func blockedUntil() {
    var budget = Budget(for: .webhook)
    budget.block(until: Sample.start + 600_000)
    budget.block(until: Sample.start + 5)
    #expect(budget.next(at: Sample.start, critical: true) == Sample.start + 600_000)
    #expect(budget.next(at: Sample.start + 700_000, critical: false) == Sample.start + 700_000)
  }
}
