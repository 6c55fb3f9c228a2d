/// The entry points of the fuzzer. The same functions are run over every file of `Fuzz/corpus` by the tests.
package struct FuzzTarget: Sendable {
  /// Name of its folder below `Fuzz/corpus`.
  package let name: String
  /// Takes any bytes. Throws a `Violation` when something that must always hold does not.
  package let run: @Sendable (UnsafeRawBufferPointer) throws -> Void

  package static let all: [FuzzTarget] = [
    FuzzTarget(name: "alerts", run: DutyTargets.alerts),
    FuzzTarget(name: "answers", run: AnswersTarget.run),
    FuzzTarget(name: "calendar", run: DutyTargets.calendar),
    FuzzTarget(name: "channels", run: ConfigurationTargets.channels),
    FuzzTarget(name: "checkpoint", run: CheckpointTarget.run),
    FuzzTarget(name: "decoder", run: DecoderTarget.run),
    FuzzTarget(name: "devices", run: ConfigurationTargets.devices),
    FuzzTarget(name: "duty", run: DutyTargets.duty),
    FuzzTarget(name: "gateways", run: GatewayTarget.run),
    FuzzTarget(name: "history", run: HistoryTarget.run),
    FuzzTarget(name: "journal", run: JournalTarget.run),
    FuzzTarget(name: "links", run: LinksTarget.run),
    FuzzTarget(name: "messages", run: MessagesTarget.run),
    FuzzTarget(name: "orders", run: DutyTargets.orders),
    FuzzTarget(name: "places", run: ConfigurationTargets.places),
    FuzzTarget(name: "profiles", run: ProfileTarget.run),
    FuzzTarget(name: "rules", run: RuleTargets.rules),
    FuzzTarget(name: "rule-tests", run: RuleTargets.tests),
    FuzzTarget(name: "scalars", run: ScalarsTarget.run),
    FuzzTarget(name: "second-comings", run: SecondComingsTarget.run),
    FuzzTarget(name: "service", run: ConfigurationTargets.service),
    FuzzTarget(name: "steps", run: StepsTarget.run),
    FuzzTarget(name: "tape", run: TapeTarget.run),
    FuzzTarget(name: "topics", run: TopicsTarget.run),
    FuzzTarget(name: "yaml", run: YAMLTarget.run),
  ]

  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A property that does not hold for an input.
package struct Violation: Error, CustomStringConvertible {
  package var description: String
}

/// Throws a `Violation` when the condition does not hold.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(Violation) {
  if !condition { throw Violation(description: message()) }
}
