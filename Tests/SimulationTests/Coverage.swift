/// What can happen in a run: every kind of fault, every way back from one, every step that time or a person brings. A sweep
/// counts them and asks that each really occurred: a fault that is never met proves nothing.
enum Occurrence: Int, CaseIterable {
  // Deaths and stops.
  case kill, powerCut, deathInRecovery, orderlyStop
  // The network and the broker.
  case connectionCut, connectionReset, brokerAway, sessionForgotten, messageAgain, secondComing, backlog
  // The disk.
  case diskFull, shortWrite, tornWrite, failedSync, lostPages, failedNameChange, namesLost, sectorsLost
  case commitHeld, segmentRolled, ringGaveUp
  // The databases.
  case storeRefused, answerLost, deskFull, historyRefused, historyAnswerLost, historyFull
  // Time and configuration.
  case clockForward, clockBack, reloadAsked, reloadDone, otherConfigurationAtStart
  // Ways back.
  case noStart, freshStart, fromCheckpoint, fromSpareCheckpoint, fromJournalAlone, replayed, tornTail, damageSkipped
  case changesSkipped, broughtInLine, historyCaughtUp
  // Bounds.
  case ringFull, changeQueueFull, shed
  // Alerts.
  case acknowledged, assigned, commented, shelved, unshelved, closed, closedByForce, reset
  case escalated, escalatedAside, repeated, realarmed, shelfEnded, dueWhileDown, orphaned
  case deliveredFromMemory, deliveredTwice
  // Notifications.
  case channelAway, channelBans, slowAnswer, diedWhileSending, notificationRefused, digestSent, secondWay,
    spokeForItself
  // Orders.
  case orderedItself, orderedByPlan, orderedByHand, orderJoined, orderAccepted, orderEscalated, orderOverdue, waitEnded
  case verifiedByTime, orderVerified, orderClosed, orderLapsed
  // What keeps them quiet.
  case silenced, maintained, weeklyWindow, outOfService, away, awayBySite, backHome, inhibited, waitedForCause, damped
  case fleeting, released, handedOver, hiddenToTheEnd, endToldWhileHidden
  case plannedAhead, plannedInMemory, planGone, endedEarly, quietWhileDown, quietByReload
}

/// How often each has occurred.
struct Coverage {
  private(set) var counts = [Int](repeating: 0, count: Occurrence.allCases.count)
  /// Runs, and those of them whose whole course was compared with an uninterrupted one to the end: states, alerts, history.
  var runs = 0
  var exactRuns = 0
  var exactHistories = 0

  mutating func saw(_ occurrence: Occurrence, times: Int = 1) { counts[occurrence.rawValue] += times }

  mutating func add(_ other: Coverage) {
    for index in counts.indices { counts[index] += other.counts[index] }
    runs += other.runs
    exactRuns += other.exactRuns
    exactHistories += other.exactHistories
  }

  var missing: [Occurrence] { Occurrence.allCases.filter { counts[$0.rawValue] == 0 } }

  var text: String {
    let each = Occurrence.allCases.map { "\($0) \(counts[$0.rawValue])" }.joined(separator: ", ")
    return "\(runs) runs, \(exactRuns) exact, \(exactHistories) with exact history; \(each)"
  }
}
