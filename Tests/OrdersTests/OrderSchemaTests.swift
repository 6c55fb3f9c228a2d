import Foundation
import Testing

@testable import Orders

/// The JSON Schema that editors complete from knows the same keys as the reader.
@Suite struct OrderSchemaTests {
  private func value(_ path: [String]) throws -> Any {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/schema/orders.schema.json")
    let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return try path.reduce(schema) { value, step in try #require((value as? [String: Any])?[step], "no \(step)") }
  }

  @Test(arguments: [
    (["properties"], OrderSettings.keys),
    (["$defs", "automatic", "properties"], AutomaticOrder.keys),
    (["$defs", "plan", "properties"], MaintenancePlan.keys),
    (["$defs", "plan", "properties", "every", "properties"], MaintenanceCalendar.everyKeys),
    (["$defs", "plan", "properties", "hours", "properties"], UsageTrigger.hoursKeys),
    (["$defs", "plan", "properties", "meter", "properties"], UsageTrigger.countKeys),
    (["$defs", "plan", "properties", "count", "properties"], UsageTrigger.countKeys),
    (["properties", "points", "properties"], PointRules.keys),
    (["properties", "reports", "properties"], ReportSettings.keys),
  ])
  func keysAreTheReaders(path: [String], keys: [String]) throws {
    let object = try #require(try value(path) as? [String: Any])
    #expect(Set(object.keys) == Set(keys))
  }

  @Test func wordsAreTheReaders() throws {
    #expect(try value(["$defs", "help", "enum"]) as? [String] == HelpKind.allCases.map(\.rawValue))
    let moments = try value(["$defs", "automatic", "properties", "at", "enum"]) as? [String]
    #expect(moments == AutomaticOrder.Moment.allCases.map(\.rawValue))
  }
}
