// Whether people on duty can be told at all: their channels exist, and every post has a way out.
import Community
import ConfigFile
import Notify

struct DutyReach {
  let duty: DutyTable
  let people: [DutyPerson]
  let notify: NotifyConfiguration

  func check(log: ProblemLog) {
    let known = notify.refusedChannels.union(notify.channels.map(\.id))
    for person in people + duty.allPosts.flatMap(\.people) {
      guard let channel = person.channel, !known.contains(channel) else { continue }
      log.noSuch(
        .channel, channel, shown: 60, of: LocalizedText(person.name), at: person.location, among: known.sorted())
    }
    for post in duty.allPosts where !isHeard(post) {
      log.warning(
        at: post.location, zh: "\(post.place) 的值班：那里的人都没有渠道，也没有路由涵盖该场所",
        en: "duty of \(post.place): nobody there has a channel, and no route covers the place",
        hint: .init(zh: "请给某个人加上渠道，或增加一条路由", en: "give a person a channel, or add a route"))
    }
  }

  private func isHeard(_ post: DutyTable.Post) -> Bool {
    if duty.everybody(of: post).contains(where: { $0.channel != nil }) { return true }
    return notify.routes.contains { route in
      guard let place = route.place else { return true }
      return PlaceTree.contains(place, post.place) || PlaceTree.contains(post.place, place)
    }
  }
}
