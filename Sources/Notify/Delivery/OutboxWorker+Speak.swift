// What a channel says itself: that a flood is over, and every day that it works.
import Alerts
import Community
import Pipeline

extension OutboxWorker {
  /// The end of a flood, and the daily proof of life.
  func speak(_ id: String, _ round: inout Round) async throws {
    guard let line = lines[id], let sender = line.bulletins, !line.isSpeaking else { return }
    let channel = line.outlet.channel
    let free = line.budget.next(at: round.now, critical: false)
    if let flood = line.flood.flood, let end = line.flood.mayEnd {
      let isQuiet = line.statistics.lastError == nil && line.statistics.inFlight == 0
      if end > round.now {
        round.lookAgain(at: end)
      } else if isQuiet, free > round.now {
        round.lookAgain(at: free)
      } else if isQuiet, try await outbox.due(at: round.now, of: id, limit: 1).isEmpty, lines[id]?.isSpeaking == false {
        let content = Bulletin.Content.floodEnded(since: flood.since, alerts: flood.alerts, messages: flood.messages)
        let key = "flood-\(flood.since.milliseconds)-\(id)"
        return say(Bulletin(content, key: key), id, sender, &round)
      }
    }
    guard let minute = channel.heartbeat else { return }
    let zone = line.outlet.zone
    let today = zone.day(at: round.now)
    let due = zone.instant(today, milliseconds: Int64(minute) * 60_000)
    guard let last = line.proof.day else {
      // Asked for just now: the first one comes at the next such hour.
      lines[id]?.proof.day = due <= round.now ? today.number : today.number - 1
      try await outbox.settle([], adding: [], note: lines[id]?.note)
      return round.lookAgain(at: due > round.now ? due : zone.instant(today + 1, milliseconds: Int64(minute) * 60_000))
    }
    if last >= today.number {
      return round.lookAgain(at: zone.instant(today + 1, milliseconds: Int64(minute) * 60_000))
    }
    let time = max(due, line.proof.nextAttempt, free)
    guard time <= round.now, line.hasRoom(critical: false) else {
      return time > round.now ? round.lookAgain(at: time) : ()
    }
    let census = await census?(zone.instant(today + -1), zone.instant(today), id)
    guard lines[id]?.isSpeaking == false else { return }
    say(Bulletin(.proof(census), key: "heartbeat-\(today.text)-\(id)"), id, sender, &round)
  }

  private func say(_ bulletin: Bulletin, _ id: String, _ sender: any BulletinSender, _ round: inout Round) {
    guard let outlet = lines[id]?.outlet else { return }
    lines[id]?.isSpeaking = true
    launch([], outlet, .bulletin(bulletin, sender), &round)
  }
}
