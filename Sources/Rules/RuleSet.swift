package import Community
package import ConfigFile
package import Pipeline

/// The rules of a configuration, ready to run: the lane's complete plan and what the alert side needs to know.
package struct RuleSet: Sendable {
  /// Devices, points, profiles, local time and rules, the built-in device faults among them.
  package let plan: LanePlan
  package let catalogue: RuleCatalogue
  package let site: Site
  /// As written, disabled ones too.
  package let rules: [Rule]

  /// Compiles rules at a site. What is wrong goes to the log; a rule with an error is left out.
  package init(_ rules: [Rule], site: Site, log: ProblemLog) {
    self.rules = rules
    self.site = site
    var plan = site.plan
    plan.rules = RuleCompiler(site: site, log: log).compile(rules) + FaultRules(site: site).plans()
    self.plan = plan
    catalogue = RuleCatalogue(rules, site: site, plans: plan.rules)
  }

  /// Reads `rules/*.yaml` of a configuration directory and compiles it for the community.
  package static func load(
    directory: String, community: CommunityModel, zone: LocalTimeTable, limits: LanePlan.Limits = .init(),
    log: ProblemLog
  ) -> RuleSet {
    let site = Site(community: community, zone: zone, limits: limits)
    return RuleSet(RuleReader.load(directory: directory + "/rules", log: log), site: site, log: log)
  }
}
