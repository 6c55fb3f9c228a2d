import API
import ArgumentParser
import Community

/// `linli volunteers [PLACE]`, `linli volunteers add ID …`, `linli volunteers remove ID`, `linli volunteers offers ID`.
struct Volunteers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "People who offer help, and what they may claim.",
    subcommands: [VolunteersList.self, VolunteersAdd.self, VolunteersRemove.self, VolunteersOffers.self],
    defaultSubcommand: VolunteersList.self)
}

struct VolunteersList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Who offers which help where and when.")

  @Argument(help: "A place path; who helps there.")
  var place: String?
  @Flag(help: "Also those who have left.")
  var all = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var volunteers = try await ServiceClient(service).get(
      "/api/v1/volunteers", ["place": place], as: [VolunteerView].self)
    if !all { volunteers.removeAll { $0.leftAt != nil } }
    if output.json { return try Terminal.json(volunteers) }
    if volunteers.isEmpty { return Terminal.line(output.say("没有登记的志愿者。", "No volunteers.")) }
    var table = Table(
      "ID", output.say("姓名", "NAME"), output.say("服务", "HELP"), output.say("区域", "PLACES"),
      output.say("时间", "HOURS"), output.say("联系", "REACHED BY"))
    for volunteer in volunteers {
      table.add(
        volunteer.id, volunteer.name, volunteer.help.joined(separator: ","), volunteer.places.joined(separator: " "),
        volunteer.hours.isEmpty ? output.say("随时", "any time") : volunteer.hours.joined(separator: "; "),
        volunteer.phone ?? volunteer.channel ?? "–")
    }
    table.print()
  }
}

struct VolunteersAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Enters somebody, or changes what is known.")

  @Argument(help: "A short id, e.g. lin-xiaoyu.")
  var id: String
  @Option(help: "Name.")
  var name: String
  @Option(help: "visit, carry, repair, translate, shop, accompany, teach, other (several with commas).")
  var offers: String
  @Option(help: "A place path; several times for several.")
  var place: [String]
  @Option(help: "When there is time, e.g. \"sat,sun 09:00-12:00\"; several times for several.")
  var hours: [String] = []
  @Option(help: "Telephone, for staff.")
  var phone: String?
  @Option(help: "Channel of channels.yaml.")
  var channel: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = VolunteerRequest(
      id: id, name: name, help: offers.split(separator: ",").map(String.init), places: place, hours: hours,
      channel: channel, phone: phone)
    let volunteer = try await ServiceClient(service).post("/api/v1/volunteers", request, as: VolunteerView.self)
    if output.json { return try Terminal.json(volunteer) }
    Terminal.line("\(volunteer.id)  \(volunteer.name)  \(volunteer.help.joined(separator: ","))")
  }
}

struct VolunteersRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Somebody has left; the points stay in the ledger.")

  @Argument(help: "Id of the volunteer.")
  var id: String
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let volunteer = try await ServiceClient(service).delete(
      "/api/v1/volunteers/\(ServiceClient.step(id))", as: VolunteerView.self)
    if output.json { return try Terminal.json(volunteer) }
    Terminal.line("\(volunteer.id)  \(volunteer.name)  \(output.say("已退出", "has left"))")
  }
}

struct VolunteersOffers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offers", abstract: "What a volunteer may claim, and has claimed.")

  @Argument(help: "Id of the volunteer.")
  var id: String
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let offers = try await ServiceClient(service).get(
      "/api/v1/volunteers/\(ServiceClient.step(id))/offers", ["lang": output.language.rawValue], as: [OfferView].self)
    if output.json { return try Terminal.json(offers) }
    if offers.isEmpty { return Terminal.line(output.say("目前没有可认领的工单。", "Nothing to claim at the moment.")) }
    var table = Table(
      output.say("工单", "ORDER"), output.say("服务", "HELP"), output.say("地点", "PLACE"),
      output.say("期限", "UNTIL"), output.say("积分", "POINTS"), output.say("状态", "STATE"))
    for offer in offers {
      table.add(
        offer.order, offer.title ?? offer.helpText, offer.placeName, Wording.time(offer.deadline), "\(offer.points)",
        offer.claimed ? output.say("已认领", "claimed") : output.say("可认领", "free"))
    }
    table.print()
  }
}
