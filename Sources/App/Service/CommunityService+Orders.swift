package import API
import Alerts
package import Community
package import Foundation
import Orders
import Pipeline
import Store

/// Orders: lists, stories, what people do to them.
extension CommunityService {
  package func orders(_ selection: OrderSelection) async throws -> OrderListView {
    let configuration = configuration
    let place = try selection.place.map { try resolve(place: $0, in: configuration) }
    let page = try await desk.orders(
      OrderQuery(
        place: place, states: selection.states, includeEnded: selection.all, limit: selection.limit,
        cursor: selection.cursor))
    return OrderListView(
      orders: page.orders.map { view($0, selection.language, configuration) }, next: page.next?.description)
  }

  package func order(id: String, language: Language) async throws -> OrderStoryView {
    guard let story = try await desk.orderStory(id) else {
      throw BackendError(.notFound, OrderError.unknown(id: id).text)
    }
    let configuration = configuration
    let zone = configuration.settings.timeZone
    return OrderStoryView(
      order: view(story.order, language, configuration),
      steps: story.events.map { event in
        .init(
          at: event.at.rfc3339(in: zone), kind: event.kind.rawValue, by: event.by, comment: event.comment(in: language),
          to: (event.to ?? []).map(\.name),
          overseer: event.kind == .escalated || event.kind == .repeated ? event.order.overseer?.unit[language] : nil)
      },
      deliveries: story.deliveries.map {
        .init(
          channel: $0.channel, event: $0.event.rawValue, state: $0.state.rawValue, attempts: $0.attempts,
          at: ($0.finishedAt ?? $0.createdAt).rfc3339(in: zone), error: $0.lastError?[language])
      })
  }

  package func createOrder(_ request: OrderRequest, language: Language) async throws -> OrderView {
    let configuration = configuration
    let now = now()
    if let key = request.key, let known = try await desk.order(OrderIdentity.id(key: "request|\(key)")) {
      return view(known, language, configuration)
    }
    let alerts = try await alerts(of: request)
    guard let title = request.title.map({ LocalizedText($0) }) ?? alerts.first?.traits.title else {
      throw BackendError(
        .invalid, zh: "工单要有标题，或给出报警以沿用其标题", en: "an order needs a title, or an alert to take it from")
    }
    guard let place = try request.place.map({ try resolve(place: $0, in: configuration) }) ?? alerts.first?.place else {
      throw BackendError(
        .invalid, zh: "工单要有场所，或给出报警以沿用其场所", en: "an order needs a place, or an alert to take it from")
    }
    var draft = OrderDraft(
      key: request.key.map { "request|\($0)" }, title: title,
      note: request.note.map(Remark.typed)
        ?? (request.title == nil ? alerts.first?.traits.advice.map(Remark.own) : nil), place: place,
      priority: alerts.map(\.traits.priority).min() ?? .medium, source: alerts.isEmpty ? .person : .alert,
      alerts: alerts.map(\.id), unit: request.unit.map { LocalizedText($0) },
      person: request.to.map(configuration.orderPolicy.person), by: request.by)
    if let word = request.priority { draft.priority = try Self.word(word, "priority") }
    if let word = request.help { draft.help = try Self.word(word, "help") }
    if draft.key.map({ $0.count > 200 }) ?? false {
      throw BackendError(.invalid, zh: "“key”最多 200 个字符", en: "'key' has at most 200 characters")
    }
    draft.deadline = try Self.time(request.deadline, request.withinMilliseconds, now: now, "deadline")
    let request = draft
    return try await answer(language) { try await $0.desk.createOrder(request, at: now) }
  }

  /// What the order is to be about. Whether they are open and of no other order is asked on the desk, where it still holds
  /// when the order is made.
  private func alerts(of request: OrderRequest) async throws -> [Alert] {
    var found: [Alert] = []
    for id in Set(request.alerts ?? []).sorted() {
      guard let alert = try await desk.story(id.lowercased())?.alert else {
        throw BackendError(.notFound, AlertError.unknown(id: id).text)
      }
      found.append(alert)
    }
    return found.sorted { ($0.traits.priority, $0.raisedAt, $0.id) < ($1.traits.priority, $1.raisedAt, $1.id) }
  }

  package func perform(
    _ request: OrderActionRequest, onOrder id: String, language: Language
  ) async throws -> OrderView {
    let now = now()
    if request.action == .join {
      guard let alert = request.alert?.lowercased() else { throw BackendError(lacking: "alert", for: request.action) }
      guard try await desk.story(alert) != nil else {
        throw BackendError(.notFound, AlertError.unknown(id: alert).text)
      }
      return try await answer(language) {
        try await $0.desk.join(alert: alert, toOrder: id, by: request.by, at: now)
      }
    }
    let (action, by) = try await action(request, now: now)
    return try await answer(language) {
      try await $0.desk.perform(action, onOrder: id, by: by, at: now, comment: request.comment)
    }
  }

  private func action(_ request: OrderActionRequest, now: Timestamp) async throws -> (OrderAction, by: String) {
    let policy = configuration.orderPolicy
    switch request.action {
    case .accept: return (.accept, request.by)
    case .handover:
      return (
        .handOver(person: request.to.map(policy.person), unit: request.unit.map { LocalizedText($0) }), request.by
      )
    case .wait:
      let reason: Order.Wait.Reason = try request.reason.map { try Self.word($0, "reason") } ?? .other
      guard let until = try Self.time(request.until, request.forMilliseconds, now: now, "until") else {
        throw BackendError(
          .invalid, zh: "wait 需要“until”或“for_milliseconds”", en: "wait needs 'until' or 'for_milliseconds'")
      }
      return (.wait(reason, until: until), request.by)
    case .resume: return (.resume, request.by)
    case .done: return (.done(photos: try kept(request.photos ?? [])), request.by)
    case .verify: return (.verify, request.by)
    case .reject: return (.reject, request.by)
    case .cancel: return (.cancel, request.by)
    case .comment, .join: return (.comment, request.by)
    case .photo:
      guard let name = try kept(request.photos ?? []).first else {
        throw BackendError(lacking: "photos", for: request.action)
      }
      return (.photo(name), request.by)
    case .claim:
      let id = request.to ?? request.by
      guard let volunteer = await desk.volunteer(id) else {
        throw Self.unknownVolunteer(id)
      }
      return (.claim(volunteer), volunteer.name)
    case .release: return (.release, request.by)
    }
  }

  /// Only photos that are there.
  private func kept(_ names: [String]) throws -> [String] {
    let folder = PhotoFolder(data: options.data)
    for name in names where !folder.holds(name) {
      throw BackendError(
        .invalid, zh: "没有照片“\(name.prefix(80))”；请先上传到 /api/v1/photos",
        en: "there is no photo '\(name.prefix(80))'; send it to /api/v1/photos first")
    }
    return names
  }

  package func keepPhoto(_ bytes: Data) async throws -> PhotoView {
    let folder = PhotoFolder(data: options.data)
    do {
      return PhotoView(photo: try await blocking { try folder.keep(bytes) })
    } catch let failure as PhotoFolder.Failure {
      throw Self.refusal(failure)
    }
  }

  private static func refusal(_ failure: PhotoFolder.Failure) -> BackendError {
    switch failure {
    case .empty: BackendError(.invalid, zh: "照片是空的", en: "the photo is empty")
    case .tooLarge(let limit):
      BackendError(.tooLarge, zh: "一张照片最多 \(limit >> 20) MiB", en: "a photo has at most \(limit >> 20) MiB")
    case .notAPhoto:
      BackendError(.invalid, zh: "这不是 JPEG、PNG 或 WebP 照片", en: "that is neither JPEG nor PNG nor WebP")
    case .cannotWrite(let reason):
      BackendError(.unavailable, zh: "无法保存照片：\(reason)", en: "the photo cannot be kept: \(reason)")
    }
  }

  package func photo(_ name: String) async throws -> (bytes: Data, mediaType: String) {
    let folder = PhotoFolder(data: options.data)
    guard let photo = try await blocking({ folder.photo(name) }) else {
      throw BackendError(
        .notFound, zh: "没有照片“\(name.prefix(80))”", en: "there is no photo '\(name.prefix(80))'")
    }
    return (photo.bytes, photo.kind.mediaType)
  }

  // MARK: - Pieces

  /// Does it and shows the order; a refusal becomes an answer for people.
  func answer(
    _ language: Language, _ work: @Sendable (CommunityService) async throws -> OrderReply
  ) async throws -> OrderView {
    do { return view(try await work(self).order, language, configuration) } catch let error as OrderError {
      switch error {
      case .unknown: throw BackendError(.notFound, error.text)
      case .textMissing, .textTooLong, .timeInPast, .tooFarAhead, .reasonMissing, .nobodyNamed:
        throw BackendError(.invalid, error.text)
      default: throw BackendError(.conflict, error.text)
      }
    }
  }

  func view(_ order: Order, _ language: Language, _ configuration: LoadedConfiguration) -> OrderView {
    OrderView(
      order, placeName: placeName(order.place, language, configuration), language: language,
      zone: configuration.settings.timeZone)
  }

  func placeName(_ path: String, _ language: Language, _ configuration: LoadedConfiguration) -> String {
    let names = configuration.community.places.ancestry(of: path).reversed().map { $0.name[language] }
    return names.isEmpty ? path : names.joined(separator: language == .zh ? " " : " › ")
  }

  static func word<Word: RawRepresentable & CaseIterable>(_ text: String, _ what: String) throws -> Word
  where Word.RawValue == String {
    if let word = Word(rawValue: text) { return word }
    throw BackendError(
      .invalid, .notOne(of: Word.self, LocalizedText(quoting: what), word: text.prefix(60)))
  }

  private static func time(
    _ text: String?, _ milliseconds: Int64?, now: Timestamp, _ what: String
  ) throws -> Timestamp? {
    guard let text else { return milliseconds.map { now + $0 } }
    guard let time = Timestamp(rfc3339: text) else {
      throw BackendError(
        .invalid, zh: "“\(what)”应为时间，如 2026-01-05T18:00:00+08:00，不能是“\(text.prefix(60))”",
        en: "'\(what)' must be a time like 2026-01-05T18:00:00+08:00, not '\(text.prefix(60))'")
    }
    return time
  }
}
