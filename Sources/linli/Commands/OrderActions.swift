import API
import ArgumentParser
import Foundation

extension ActionOptions {
  fileprivate func perform(
    _ kind: OrderActionRequest.Kind, change: (inout OrderActionRequest) -> Void = { _ in }
  ) async throws {
    var request = OrderActionRequest(action: kind, by: Person.name(by), comment: comment)
    change(&request)
    try await send(request, to: "orders", as: OrderView.self) { order in
      "\(order.id)  \(order.title)  \(Wording.orderState(order, output).text)"
    }
  }

  /// Photos by their files, kept by the service.
  fileprivate func upload(_ files: [String]) async throws -> [String] {
    var names: [String] = []
    for file in files {
      guard let bytes = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.usage, zh: "--photo：无法读取“\(file)”", en: "--photo: '\(file)' cannot be read")
      }
      names.append(try await ServiceClient(service).upload("/api/v1/photos", bytes, as: PhotoView.self).photo)
    }
    return names
  }
}

struct OrderAccept: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "accept", abstract: "Takes the order on.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.accept) }
}

struct OrderHandOver: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handover", abstract: "Gives the order to another person or unit, who has to accept it.")
  @OptionGroup var options: ActionOptions
  @Option(help: "Person: a name, or an id of duty.yaml.")
  var to: String?
  @Option(help: "Unit.")
  var unit: String?
  func validate() throws {
    if to == nil && unit == nil {
      throw ValidationError(
        zh: "请写明转派给谁（--to）或哪个单位（--unit）", en: "say to whom (--to) or to which unit (--unit)")
    }
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
  @OptionGroup var options: ActionOptions
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
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.resume) }
}

struct OrderDone: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "done", abstract: "The work is done (--comment: what was done); the one who ordered it verifies it.")
  @OptionGroup var options: ActionOptions
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
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.verify) }
}

struct OrderReject: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Sends the order back to the one who did it, with the reason (--comment).")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.reject) }
}

struct OrderCancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "The work is not needed any more; with the reason (--comment).")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.cancel) }
}

struct OrderComment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "comment", abstract: "Adds a remark (--comment) to the order's story.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.comment) }
}

struct OrderPhoto: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "photo", abstract: "Adds a photo to the order.")
  @OptionGroup var options: ActionOptions
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
  @OptionGroup var options: ActionOptions
  @Option(help: "Id of the alert.")
  var alert: String
  func run() async throws { try await options.perform(.join) { $0.alert = alert } }
}

struct OrderClaim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim", abstract: "A volunteer takes the order on.")
  @OptionGroup var options: ActionOptions
  @Option(help: "Id of the volunteer (see `linli volunteers`).")
  var volunteer: String
  func run() async throws { try await options.perform(.claim) { $0.to = volunteer } }
}

struct OrderRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "The volunteer cannot do it after all; others may claim it.")
  @OptionGroup var options: ActionOptions
  func run() async throws { try await options.perform(.release) }
}
