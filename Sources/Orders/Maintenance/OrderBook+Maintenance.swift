// Plans of maintenance in the book: each due order is made once, at its due time, however long nobody looked.
import Alerts
package import Pipeline

extension OrderBook {
  /// Plans are known by their ids: a changed one goes on from where it was.
  mutating func plansChanged() {
    planDues = [:]
    for plan in policy.settings.maintenance {
      guard case .calendar(let calendar) = plan.trigger, let until = planStates[plan.id]?.until else { continue }
      planDues[plan.id] = calendar.next(after: until, policy.zone)
    }
    // What has no state yet begins at the next stride.
    earliest = policy.settings.maintenance.contains(where: isNew) ? .distantPast : nextDue ?? .distantFuture
  }

  /// Not seen before, or another kind of plan than it was.
  private func isNew(_ plan: MaintenancePlan) -> Bool {
    let state = planStates[plan.id]
    return plan.usage == nil ? state?.until == nil : state?.usage == nil
  }

  /// A plan that is seen for the first time begins now; nothing that would have been due before is made.
  mutating func beginPlans(at now: Timestamp, _ outcome: inout OrderOutcome) {
    guard earliest == .distantPast else { return }
    for plan in policy.settings.maintenance where isNew(plan) {
      var state = planStates[plan.id] ?? PlanState(id: plan.id)
      switch plan.trigger {
      case .calendar: state.until = now
      case .usage: state.usage = UsageCount(from: now)
      }
      planStates[plan.id] = state
      outcome.plans.append(state)
    }
    plansChanged()
  }

  mutating func performPlan(_ id: String, due: Timestamp, _ outcome: inout OrderOutcome) {
    planDues[id] = nil
    guard let plan = policy.settings.maintenance.first(where: { $0.id == id }),
      case .calendar(let calendar) = plan.trigger,
      var state = planStates[id]
    else { return }
    state.until = due
    make(plan, &state, at: due, &outcome)
    planDues[id] = calendar.next(after: due, policy.zone)
  }

  private mutating func make(
    _ plan: MaintenancePlan, _ state: inout PlanState, at due: Timestamp, _ outcome: inout OrderOutcome
  ) {
    state.made += 1
    planStates[plan.id] = state
    var draft = OrderDraft(
      key: "plan|\(plan.id)|\(state.made)", title: plan.title, note: plan.note.map(Remark.typed),
      place: plan.place, priority: plan.priority, source: .maintenance, plan: plan.id, unit: plan.unit,
      person: plan.person.map(policy.person), help: plan.help, by: AlertEvent.system)
    draft.deadline = plan.finishWithin.map { due + $0 }
    do { outcome += try create(draft, at: due).1 } catch { counts.refusedForRoom += 1 }
    outcome.plans.append(state)
  }

  // MARK: - By use

  /// Plans that count a point, and from when on they want its readings.
  package var usagePlans: [(plan: MaintenancePlan, from: Timestamp)] {
    policy.settings.maintenance.compactMap { plan in
      guard plan.usage != nil, let usage = planStates[plan.id]?.usage else { return nil }
      return (plan, usage.at)
    }
  }

  /// Takes readings in that are newer than those before, by time.
  package mutating func count(_ readings: [HistoryReading], plan id: String, holdLimit: Int64) -> OrderOutcome {
    var outcome = OrderOutcome()
    guard let plan = policy.settings.maintenance.first(where: { $0.id == id }), let trigger = plan.usage,
      var state = planStates[id], var usage = state.usage
    else { return outcome }
    let before = usage
    for reading in readings {
      let dues = usage.take(reading, trigger, holdLimit: holdLimit)
      state.usage = usage
      for due in dues { make(plan, &state, at: due, &outcome) }
    }
    state.usage = usage
    planStates[id] = state
    outcome.plans = usage == before ? [] : [state]
    return outcome
  }

  package func planState(_ id: String) -> PlanState? { planStates[id] }
}
