import API
import Alerts
import ArgumentParser
import Community
import Foundation
import Pipeline

/// Which alerts, why, who: what every planned quiet takes.
struct QuietOptions: ParsableArguments {
  @Argument(help: "Places; what lies below belongs to them.")
  var places: [String] = []
  @Option(name: .customLong("place"), help: "The same, as an option. May be given several times.")
  var morePlaces: [String] = []
  @Option(help: "A rule, or several that begin alike: care-*. May be given several times.")
  var rule: [String] = []
  @Option(help: "A device, or several that begin alike. May be given several times.")
  var device: [String] = []
  @Option(help: "Whom the alerts concern: care, fire, parking … May be given several times.")
  var audience: [String] = []
  @Option(help: "Only this priority and what is less urgent: high, medium or low.")
  var upTo: String?
  @Option(
    name: [.customLong("reason"), .customLong("comment")], help: "Why; it stands in the story of each alert.")
  var reason: String?
  @Option(help: "Who plans it (default: the user of this shell).")
  var by: String?
  @Flag(help: "Plan nothing; show what it would have hidden in the past week.")
  var preview = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if places.isEmpty && morePlaces.isEmpty && rule.isEmpty && device.isEmpty && audience.isEmpty {
      throw ValidationError(
        zh: "请写明场所，或 --rule、--device、--audience 之一", en: "name a place, --rule, --device or --audience")
    }
    if let upTo, Priority(rawValue: upTo) == nil {
      throw ValidationError(OptionText.choice("--up-to", ["high", "medium", "low"], not: upTo))
    }
    if reason == nil && !preview {
      throw ValidationError(zh: "请写明原因：--reason \"…\"", en: "say why: --reason \"…\"")
    }
  }

  func validate(needsEnd: Bool, _ span: SpanOptions) throws {
    if needsEnd, span.duration == nil, span.until == nil {
      throw ValidationError(
        zh: "请写明多久：--for 2h 或 --until 2026-01-05T18:00:00+08:00",
        en: "say how long: --for 2h or --until 2026-01-05T18:00:00+08:00")
    }
  }

  func plan(_ kind: PlannedQuiet.Kind, _ span: SpanOptions?, critical: Bool) async throws {
    var body = QuietBody(
      places: places + morePlaces, rules: rule, devices: device, audience: audience, upTo: upTo, critical: critical,
      reason: reason,
      by: Person.name(by))
    try span?.fill(&body)
    let client = ServiceClient(service)
    let path = "\(QuietText.path(kind))\(preview ? "/preview" : "")?lang=\(output.language.rawValue)"
    if preview {
      let found = try await client.post(path, body, as: QuietPreview.self)
      return output.json ? try Terminal.json(found) : QuietText.print(found, output)
    }
    let view = try await client.post(path, body, as: QuietView.self)
    if output.json { return try Terminal.json(view) }
    QuietText.printOne(view, output)
  }
}

/// From when until when.
struct SpanOptions: ParsableArguments {
  @Option(name: .customLong("for"), help: "For how long: 30m 2h 1d.")
  var duration: String?
  @Option(help: "From then on (default: now), e.g. 2026-01-05T18:00:00+08:00.")
  var from: String?
  @Option(help: "Until then; a day ends it at that day's beginning.")
  var until: String?

  var isEmpty: Bool { duration == nil && from == nil && until == nil }

  func validate() throws {
    if duration != nil && until != nil { throw ValidationError(OptionText.exclusive("--for", "--until")) }
  }

  func fill(_ body: inout QuietBody) throws {
    body.startsAt = from
    body.endsAt = until
    if let duration { body.forMilliseconds = try TimeArgument.duration(duration, option: "--for") }
  }
}

struct QuietList: ParsableArguments {
  @Flag(help: "Also what is over.")
  var all = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func show(_ kind: PlannedQuiet.Kind) async throws {
    try await QuietText.show(kind, all: all, ServiceClient(service), output)
  }
}

struct QuietEnd: ParsableArguments {
  @Argument(help: "Ids, as the list shows them.")
  var ids: [String]
  @Option(help: "Who ends it (default: the user of this shell).")
  var by: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty || ids.contains("") { throw ValidationError(zh: "请至少写一个编号", en: "name at least one id") }
  }

  func perform(_ kind: PlannedQuiet.Kind) async throws {
    let client = ServiceClient(service)
    let request = QuietEndBody(by: Person.name(by))
    try await output.each(ids, line: { (view: QuietView) in "\(view.id)  \(output.say("已结束", "ended"))" }) { id in
      let path = "\(QuietText.path(kind))/\(ServiceClient.step(id))/end?lang=\(output.language.rawValue)"
      return try await client.post(path, request, as: QuietView.self)
    }
  }
}
