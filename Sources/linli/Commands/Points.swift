import API
import ArgumentParser

struct Points: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Current values.")

  @Argument(help: "A place path, a device id or a point id.")
  var scope: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let points = try await ServiceClient(service).get("/api/v1/points", ["scope": scope], as: [PointView].self)
    if output.json { return try Terminal.json(points) }
    var table = Table(
      output.say("测点", "POINT"), output.say("值", "VALUE"), output.say("质量", "QUALITY"), output.say("时间", "AT"))
    for point in points {
      table.add([
        .init(point.point), .init(Wording.reading(point, output)),
        point.at == nil ? .init("–") : Wording.quality(point.quality, reason: point.reason, output),
        .init(Wording.time(point.at)),
      ])
    }
    table.print()
  }
}
