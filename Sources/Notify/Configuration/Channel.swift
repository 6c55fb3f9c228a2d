// What channels.yaml says, as plain values: the ways to reach people and the routes that lead to them.
package import Alerts
package import Community
package import ConfigFile

/// One way to reach people. Secrets are resolved, and print as dots.
package struct Channel: Sendable, Identifiable {
  package enum Kind: String, Sendable, CaseIterable {
    case webhook, wecom, dingtalk, feishu, mqtt, email, alertmanager, http, wechat, discourse, weibo

    /// A chat robot: a rate budget, and failures that come back as HTTP 200 with a code.
    package var isRobot: Bool { self == .wecom || self == .dingtalk || self == .feishu }
    /// Read by people, who want one message when it starts and one when it ends; programs get every step.
    package var isForPeople: Bool { self != .webhook && self != .mqtt && self != .alertmanager }
    /// Read by everybody: residents hear of the beginning and the end of it, not of who is asked, nor how one answers.
    package var isPublic: Bool { self == .discourse || self == .weibo }
  }

  /// What only mail needs.
  package struct Mail: Sendable, Equatable {
    /// How an `smtp://` connection is protected; `smtps://` always is.
    package enum StartTLS: Sendable { case never, ifOffered, required }

    package var user: String?
    package var password: Secret?
    /// Bare addresses, `ops@example.org`.
    package var from: String
    package var to: [String]
    package var startTLS: StartTLS

    package init(user: String? = nil, password: Secret? = nil, from: String, to: [String], startTLS: StartTLS) {
      self.user = user
      self.password = password
      self.from = from
      self.to = to
      self.startTLS = startTLS
    }
  }

  package static let defaultTopic = "linli/v1/alerts"

  package var id: String
  package var kind: Kind
  /// Address of webhooks, robots and mail servers; empty for MQTT. Often holds a key.
  package var url: Secret
  /// Signs the messages (webhook, DingTalk, Feishu).
  package var secret: Secret?
  /// The channel that takes over when this one fails.
  package var fallback: String?
  /// nil: the language of the service.
  package var language: Language?
  /// The word that a DingTalk or Feishu robot insists on.
  package var keyword: String?
  /// Whom a raise calls by name: user ids, mobile numbers, `all`.
  package var mentions: [String]
  /// The message instead of the built-in one.
  package var template: LocalizedText?
  /// Topic prefix of an MQTT channel.
  package var topic: String
  package var mail: Mail?
  /// Telephone numbers or readers' ids of services that need some.
  package var to: [String] = []
  /// What only services over HTTP need: SMS, voice, WeChat, forums, templates.
  package var gateway: Gateway?
  /// Alerts of lower priorities wait until the end of these hours.
  package var quietHours: QuietHours?
  /// Alerts of one place and cause share a message; nil: each has its own.
  package var grouping: Grouping?
  /// In a flood so many ms lie between two digests.
  package var digestEvery = Channel.defaultDigestEvery
  /// Minutes after local midnight at which the channel says every day that it works; nil: it does not.
  package var heartbeat: Int?
  package var location: SourceLocation

  package static let defaultDigestEvery: Int64 = 180_000

  package init(
    id: String, kind: Kind, url: Secret = Secret(""), secret: Secret? = nil, fallback: String? = nil,
    language: Language? = nil, keyword: String? = nil, mentions: [String] = [], template: LocalizedText? = nil,
    topic: String = Channel.defaultTopic, mail: Mail? = nil, location: SourceLocation = SourceLocation(file: "")
  ) {
    self.id = id
    self.kind = kind
    self.url = url
    self.secret = secret
    self.fallback = fallback
    self.language = language
    self.keyword = keyword
    self.mentions = mentions
    self.template = template
    self.topic = topic
    self.mail = mail
    self.location = location
  }
}

/// Which alerts go to which channels. Empty lists and nil mean: any.
package struct Route: Sendable {
  package var to: [String]
  /// A place path; everything below belongs to it.
  package var place: String?
  package var priorities: [Priority]
  package var audiences: [String]
  package var rules: [String]
  /// Routes further down are not tried for what this one matches.
  package var stop: Bool
  package var location: SourceLocation

  package init(
    to: [String], place: String? = nil, priorities: [Priority] = [], audiences: [String] = [], rules: [String] = [],
    stop: Bool = false, location: SourceLocation = SourceLocation(file: "")
  ) {
    self.to = to
    self.place = place
    self.priorities = priorities
    self.audiences = audiences
    self.rules = rules
    self.stop = stop
    self.location = location
  }
}

/// The whole of channels.yaml.
package struct NotifyConfiguration: Sendable {
  package var channels: [Channel]
  package var routes: [Route]
  /// Ids of channels that the file gives and that could not be taken over; the mistake was said where it is.
  package var refusedChannels: Set<String> = []

  package init(channels: [Channel] = [], routes: [Route] = []) {
    self.channels = channels
    self.routes = routes
  }
}
