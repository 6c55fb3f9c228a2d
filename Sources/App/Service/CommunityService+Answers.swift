package import API
import Alerts
import Community
import Notify
import Pipeline
import Store

/// One-tap links: what they stand for, and what a tap does.
extension CommunityService: AnswerDesk {
  package func look(at token: String) async -> AnswerView {
    guard let link = AnswerLink(token: token, key: answerKey) else { return AnswerView(.unknown) }
    return await view(of: link)
  }

  package func answer(_ token: String) async -> AnswerView {
    guard let link = AnswerLink(token: token, key: answerKey) else { return AnswerView(.unknown) }
    var view = await view(of: link)
    guard view.state == .ready else { return view }
    do {
      let outcome = try await desk.perform(
        .acknowledge, on: link.alert, by: link.who, at: now(), comment: .link)
      // Another one was quicker.
      if outcome.events.isEmpty { return await self.view(of: link) }
      view.state = .done
      return view
    } catch {
      return await self.view(of: link)
    }
  }

  private func view(of link: AnswerLink) async -> AnswerView {
    guard let story = try? await desk.story(link.alert) else { return AnswerView(.unknown) }
    let configuration = configuration
    let zone = configuration.settings.timeZone
    let alert = story.alert
    let settings = MessageSettings(configuration)
    var view = AnswerView(
      .ready, title: alert.traits.title,
      place: LocalizedText(
        zh: settings.placeName(alert.place, in: .zh), en: settings.placeName(alert.place, in: .en)),
      who: link.who, since: LocalTime.short(alert.raisedAt, in: zone))
    let answer = story.events.lazy.map(\.event).first { $0.kind == .acknowledged && $0.number > link.number }
    if let answer {
      view.state = .used
      view.answeredBy = answer.by
      view.answeredAt = LocalTime.short(answer.at, in: zone)
    } else if alert.isClosed {
      view.state = .closed
    } else if now() > link.until {
      view.state = .expired
    } else if alert.isAcknowledged {
      view.state = .used
      view.answeredBy = alert.acknowledgedBy ?? ""
      view.answeredAt = alert.acknowledgedAt.map { LocalTime.short($0, in: zone) } ?? ""
    }
    return view
  }
}
