import API
import ArgumentParser
import Community
import Foundation

/// `linli bank [--month 2026-01] [--entries|--csv]`, `linli bank reverse ENTRY …`, `linli bank add …`.
struct Bank: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The moral bank 道德银行: points for help that was verified.",
    subcommands: [BankList.self, BankReverse.self, BankAdd.self], defaultSubcommand: BankList.self)
}

struct BankList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Who has earned how much.")

  @Option(help: "A month like 2026-01 (default: everything).")
  var month: String?
  @Flag(help: "Every entry instead of the sums.")
  var entries = false
  @Flag(help: "As CSV.")
  var csv = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let bank = try await ServiceClient(service).get(
      "/api/v1/bank", ["month": month, "lang": output.language.rawValue], as: BankView.self)
    if output.json { return try Terminal.json(bank) }
    let isEmpty = entries ? bank.entries.isEmpty : bank.balances.isEmpty
    if isEmpty && !csv { return Terminal.line(output.say("没有积分记录。", "No points yet.")) }
    let rows = entries ? entryRows(bank) : balanceRows(bank)
    if csv {
      for row in rows { Terminal.row(row.map(Self.field).joined(separator: ",")) }
      return
    }
    var table = Table(columns: rows[0])
    for row in rows.dropFirst() { table.add(row.map { Table.Cell($0) }) }
    table.print()
  }

  private func balanceRows(_ bank: BankView) -> [[String]] {
    [
      [
        output.say("志愿者", "VOLUNTEER"), output.say("姓名", "NAME"), output.say("服务次数", "ORDERS"),
        output.say("积分", "POINTS"),
      ]
    ]
      + bank.balances.map { [$0.volunteer, $0.name, "\($0.orders)", "\($0.points)"] }
  }

  private func entryRows(_ bank: BankView) -> [[String]] {
    let header = [
      output.say("编号", "ENTRY"), output.say("时间", "AT"), output.say("志愿者", "VOLUNTEER"), output.say("姓名", "NAME"),
      output.say("积分", "POINTS"), output.say("工单", "ORDER"), output.say("验收人", "BY"), output.say("事由", "REASON"),
    ]
    return [header]
      + bank.entries.map { entry in
        let back = entry.reverses.map { output.say("冲正 \($0)：", "reverses \($0): ") } ?? ""
        return [
          "\(entry.id)", csv ? entry.at : Wording.time(entry.at), entry.volunteer, entry.name, "\(entry.points)",
          entry.order ?? "", entry.by, back + entry.reason,
        ]
      }
  }

  /// RFC 4180; a leading sign that a spreadsheet would take for a formula gets a quote before it, except in numbers.
  private static func field(_ text: String) -> String {
    var text = text
    if let first = text.first, "=+-@\t\r".contains(first), Double(text) == nil { text = "'" + text }
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

/// What an entry by hand needs besides what it is about.
struct BankEntryOptions: ParsableArguments {
  @Option(help: "Why.")
  var comment: String
  @Option(help: "Who does it (default: the user of this shell).")
  var by: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  fileprivate func book(volunteer: String? = nil, points: Int? = nil, reverses: Int64? = nil) async throws {
    let request = BankEntryRequest(
      by: Person.name(by), reason: comment, reverses: reverses, volunteer: volunteer, points: points)
    let booked = try await ServiceClient(service).post("/api/v1/bank", request, as: BankEntryView.self)
    if output.json { return try Terminal.json(booked) }
    Terminal.line("\(booked.name)  \(booked.points > 0 ? "+" : "")\(booked.points)")
  }
}

struct BankReverse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reverse", abstract: "Takes an entry back by another one, with the reason (--comment).")

  @Argument(help: "Number of the entry (see `linli bank --entries`).")
  var entry: Int64
  @OptionGroup var options: BankEntryOptions

  func run() async throws { try await options.book(reverses: entry) }
}

struct BankAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Books points by hand, with the reason (--comment).")

  @Argument(help: "Id of the volunteer.")
  var volunteer: String
  @Argument(help: "Points, 1 to 10000.")
  var points: Int
  @OptionGroup var options: BankEntryOptions

  func run() async throws { try await options.book(volunteer: volunteer, points: points) }
}
