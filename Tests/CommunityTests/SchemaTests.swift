import Community
import Foundation
import Pipeline
import Testing

/// The JSON Schemas that editors complete from know the same keys as the readers.
@Suite struct SchemaTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("docs/schema")

  private func schema(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).schema.json"))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// Keys of the object at a path of keys; a number picks from a list.
  private func value(_ name: String, _ path: [String]) throws -> Any {
    try path.reduce(schema(name) as Any) { value, step in
      if let index = Int(step), let list = value as? [Any] { return list[index] }
      return try #require((value as? [String: Any])?[step], "\(name): no \(step) of \(path)")
    }
  }

  @Test(arguments: [
    "linli", "places", "devices", "profile", "rules", "channels", "rule-test", "duty", "alerts", "orders",
  ])
  func areSchemasWhoseReferencesLead(name: String) throws {
    let schema = try schema(name)
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["additionalProperties"] as? Bool == false)
    let definitions = Set((schema["$defs"] as? [String: Any] ?? [:]).keys)
    func references(_ value: Any) -> [String] {
      if let object = value as? [String: Any] {
        return object.flatMap { $0.key == "$ref" ? [$0.value as? String ?? ""] : references($0.value) }
      }
      return (value as? [Any])?.flatMap(references) ?? []
    }
    #expect(Set(references(schema)) == Set(definitions.map { "#/$defs/" + $0 }))
  }

  @Test(arguments: [
    ("places", ["properties"], Place.fileKeys),
    ("places", ["$defs", "place", "properties"], Place.keys),
    ("places", ["$defs", "place", "properties", "duty", "properties"], Place.dutyKeys),
    (
      "places",
      ["$defs", "place", "properties", "duty", "properties", "people", "items", "anyOf", "1", "properties"],
      Place.personKeys
    ),
    ("places", ["$defs", "place", "properties", "care", "properties"], Place.careKeys),
    ("duty", ["properties"], DutyFile.keys),
    ("duty", ["properties", "people", "items", "properties"], DutyPerson.keys),
    ("duty", ["$defs", "rota", "properties"], DutyFile.rotaKeys),
    ("duty", ["$defs", "rota", "properties", "shifts", "items", "properties"], DutyFile.shiftKeys),
    ("duty", ["$defs", "rota", "properties", "substitutes", "items", "properties"], DutyFile.substituteKeys),
    ("alerts", ["$defs", "chain", "items", "anyOf", "1", "properties"], CareStep.keys),
    ("places", ["$defs", "chain", "items", "anyOf", "1", "properties"], CareStep.keys),
    ("devices", ["properties"], Device.fileKeys),
    ("devices", ["properties", "devices", "anyOf", "0", "items", "properties"], Device.keys),
    ("profile", ["properties"], ProfileReader.keys),
    ("profile", ["$defs", "point", "properties"], ProfileReader.pointKeys),
    ("profile", ["properties", "messages", "items", "properties"], ProfileReader.messageKeys),
    ("profile", ["properties", "examples", "items", "properties"], ProfileExample.keys),
    ("profile", ["properties", "faults", "properties"], BuiltInFault.allCases.map(\.rawValue)),
    ("profile", ["$defs", "faultSetting", "anyOf", "1", "properties"], ProfileReader.faultKeys),
  ])
  func keysAreTheReaders(name: String, path: [String], keys: [String]) throws {
    let object = try #require(try value(name, path) as? [String: Any])
    #expect(Set(object.keys) == Set(keys))
  }

  @Test func wordsAreTheReaders() throws {
    let quantities = try #require(
      try value("profile", ["$defs", "point", "properties", "quantity", "enum"]) as? [String])
    #expect(Set(Quantity.all.map(\.name)).isSubset(of: quantities))
    #expect(quantities.allSatisfy { Quantity.named($0) != nil })
    let formats = try value("profile", ["$defs", "format", "enum"]) as? [String]
    #expect(formats == PayloadFormat.allCases.map(\.rawValue))
    let levels = try value("places", ["$defs", "place", "properties", "level", "enum"]) as? [String]
    #expect(levels == Place.Level.allCases.map(\.rawValue))
  }
}
