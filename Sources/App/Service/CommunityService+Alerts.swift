package import API
package import Alerts
package import Community
import Foundation
import Pipeline
import Store

/// Alerts: lists, stories, actions, what happens live.
extension CommunityService {
  package var language: Language { configuration.settings.language }

  package func alerts(_ selection: AlertSelection) async throws -> [AlertView] {
    let configuration = configuration
    let place = try selection.scope.map { try resolve(place: $0, in: configuration) }
    var query = AlertQuery(
      places: place.map { [$0] }, includeClosed: selection.all, limit: min(selection.limit, 10_000),
      cursor: selection.cursor)
    var found: [Alert] = []
    while found.count < selection.limit {
      let page = try await desk.list(query)
      found += page.alerts
      guard let next = page.next else { break }
      query.cursor = next
    }
    return found.prefix(selection.limit).map { view($0, selection.language) }
  }

  package func alert(id: String, language: Language) async throws -> AlertStoryView {
    guard let story = try await desk.story(id) else {
      throw BackendError(.notFound, AlertError.unknown(id: id).text)
    }
    let zone = configuration.settings.timeZone
    return AlertStoryView(
      alert: view(story.alert, language),
      steps: story.events.map { step($0.event, language, zone) },
      deliveries: story.deliveries.map {
        .init(
          channel: $0.channel, event: $0.event.rawValue, state: $0.state.rawValue, attempts: $0.attempts,
          at: ($0.finishedAt ?? $0.createdAt).rfc3339(in: zone), error: $0.lastError?[language])
      })
  }

  private func step(_ event: AlertEvent, _ language: Language, _ zone: TimeZone) -> AlertStoryView.Step {
    var step = AlertStoryView.Step(
      at: event.at.rfc3339(in: zone), kind: event.kind.rawValue, by: event.by, comment: event.comment(in: language),
      to: event.kind == .assigned ? event.alert.assignedTo.map { [$0] } : event.to?.map(\.name))
    guard event.asks || event.kind == .escalated || event.kind == .repeated, let response = event.alert.response else {
      return step
    }
    let responsible = event.isAside ? response.care : response.responsible
    step.unit = responsible?.unit[language]
    step.level = responsible?.level
    step.answerDue = (event.isAside ? response.careDue : response.answerDue)?.rfc3339(in: zone)
    step.finishDue = response.finishDue?.rfc3339(in: zone)
    return step
  }

  package func perform(
    _ request: AlertActionRequest, on id: String, language: Language
  ) async throws -> AlertActionView {
    let now = now()
    let action: AlertAction
    switch request.action {
    case .ack: action = .acknowledge
    case .assign:
      guard let person = request.to, !person.isEmpty else { throw BackendError(lacking: "to", for: request.action) }
      action = .assign(to: person)
    case .comment: action = .comment
    case .shelve:
      guard let duration = request.forMilliseconds else {
        throw BackendError(lacking: "for_milliseconds", for: request.action)
      }
      action = .shelve(until: now + duration)
    case .unshelve: action = .unshelve
    case .close: action = .close(force: request.force ?? false)
    case .reset: action = .reset
    }
    do {
      let outcome = try await desk.perform(
        action, on: id, by: request.by, at: now, comment: request.comment.map(Remark.typed))
      var answer = AlertActionView(view(outcome.alert, language), told: outcome.told)
      if case .assign(let name) = action {
        answer.note = AssignmentWords.text(name, outcome, duty: configuration.duty, language)
      }
      return answer
    } catch let error as AlertError {
      if case .unknown = error { throw BackendError(.notFound, error.text) }
      throw BackendError(.conflict, error.text)
    }
  }

  package func events(after: Int64?, language: Language) async -> LiveEvents {
    let configuration = configuration
    let zone = configuration.settings.timeZone
    return await desk.events(after: after).map { numbered in
      let event = numbered.event
      return LiveEvent(
        id: numbered.sequence, kind: event.kind.rawValue, at: event.at.rfc3339(in: zone),
        alert: AlertView(
          event.alert, language: language, zone: zone, word: configuration.valueWord(of: event.alert)))
    }
  }

  private func view(_ alert: Alert, _ language: Language) -> AlertView {
    let configuration = configuration
    return AlertView(
      alert, language: language, zone: configuration.settings.timeZone, word: configuration.valueWord(of: alert))
  }
}
