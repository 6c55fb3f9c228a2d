import API
import ArgumentParser
import Community
import Foundation

/// What every action on orders takes: which ones, who, why.
struct OrderActionOptions: ParsableArguments {
  @Argument(help: "Ids of the orders.")
  var ids: [String]
  @Option(help: "Who does it (default: the user of this shell).")
  var by: String?
  @Option(help: "A remark or reason for the order's story.")
  var comment: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty || ids.contains("") { throw ValidationError("name at least one order id (see `linli orders`)") }
  }

  /// Does the same to each order; goes on after a failure and tells all of them at the end.
  func perform(
    _ kind: OrderActionRequest.Kind, change: (inout OrderActionRequest) -> Void = { _ in }
  ) async throws {
    let client = ServiceClient(service)
    var request = OrderActionRequest(action: kind, by: Person.name(by), comment: comment)
    change(&request)
    var failures: [String] = []
    var done: [OrderView] = []
    for id in ids {
      do {
        let order = try await client.post(
          "/api/v1/orders/\(ServiceClient.step(id))/actions?lang=\(output.language.rawValue)", request,
          as: OrderView.self)
        done.append(order)
        if !output.json { Terminal.line("\(order.id)  \(order.title)  \(Wording.orderState(order, output).text)") }
      } catch let failure as CommandFailure where failure.code == .problem {
        failures.append("\(id): \(failure.message)")
      }
    }
    if output.json { try Terminal.json(done) }
    if !failures.isEmpty { throw CommandFailure(.problem, failures.joined(separator: "\nlinli: ")) }
  }

  /// Photos by their files, kept by the service.
  func upload(_ files: [String]) async throws -> [String] {
    var names: [String] = []
    for file in files {
      guard let bytes = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.usage, "--photo: '\(file)' cannot be read")
      }
      names.append(try await ServiceClient(service).upload("/api/v1/photos", bytes, as: PhotoView.self).photo)
    }
    return names
  }
}

struct OrderAccept: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "accept", abstract: "Takes the order on.")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.accept) }
}

struct OrderHandOver: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handover", abstract: "Gives the order to another person or unit, who has to accept it.")
  @OptionGroup var options: OrderActionOptions
  @Option(help: "Person: a name, or an id of duty.yaml.")
  var to: String?
  @Option(help: "Unit.")
  var unit: String?
  func validate() throws {
    if to == nil && unit == nil { throw ValidationError("say to whom (--to) or to which unit (--unit)") }
  }
  func run() async throws {
    try await options.perform(.handover) {
      $0.to = to
      $0.unit = unit
    }
  }
}

struct OrderWait: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "The work cannot go on until something has come; the deadline waits too.")
  @OptionGroup var options: OrderActionOptions
  @Option(help: "part (ordered), access, contractor, weather or other.")
  var reason = "other"
  @Option(help: "Until when: 3d, or 2026-01-08T12:00:00+08:00.")
  var until: String
  func run() async throws {
    let (time, milliseconds) = try TimeArgument.future(until, option: "--until")
    try await options.perform(.wait) {
      $0.reason = reason
      $0.until = time
      $0.forMilliseconds = milliseconds
    }
  }
}

struct OrderResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "resume", abstract: "Ends a wait before its time.")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.resume) }
}

struct OrderDone: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "done", abstract: "The work is done (--comment: what was done); the one who ordered it verifies it.")
  @OptionGroup var options: OrderActionOptions
  @Option(help: "A photo, JPEG, PNG or WebP of at most 5 MiB; several times for several.")
  var photo: [String] = []
  func run() async throws {
    let names = try await options.upload(photo)
    try await options.perform(.done) { $0.photos = names }
  }
}

struct OrderVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "The work is as it should be; never by the one who did it.")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.verify) }
}

struct OrderReject: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Sends the order back to the one who did it, with the reason (--comment).")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.reject) }
}

struct OrderCancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "The work is not needed any more; with the reason (--comment).")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.cancel) }
}

struct OrderComment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "comment", abstract: "Adds a remark (--comment) to the order's story.")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.comment) }
}

struct OrderPhoto: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "photo", abstract: "Adds a photo to the order.")
  @OptionGroup var options: OrderActionOptions
  @Option(help: "The file, JPEG, PNG or WebP of at most 5 MiB.")
  var photo: String
  func run() async throws {
    let names = try await options.upload([photo])
    try await options.perform(.photo) { $0.photos = names }
  }
}

struct OrderJoin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Another alert is dealt with by the order, too.")
  @OptionGroup var options: OrderActionOptions
  @Option(help: "Id of the alert.")
  var alert: String
  func run() async throws { try await options.perform(.join) { $0.alert = alert } }
}

struct OrderClaim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim", abstract: "A volunteer takes the order on.")
  @OptionGroup var options: OrderActionOptions
  @Option(help: "Id of the volunteer (see `linli volunteers`).")
  var volunteer: String
  func run() async throws { try await options.perform(.claim) { $0.to = volunteer } }
}

struct OrderRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "The volunteer cannot do it after all; others may claim it.")
  @OptionGroup var options: OrderActionOptions
  func run() async throws { try await options.perform(.release) }
}
