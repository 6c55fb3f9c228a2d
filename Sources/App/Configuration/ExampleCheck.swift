import Community
import Pipeline

/// Runs a profile's example through the real decoder.
enum ExampleCheck {
  static func decode(plan: LanePlan, example: ProfileExample) -> [ExampleReading] {
    []
  }
}
