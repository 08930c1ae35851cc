import Fuzz
import Report
import Wire

/// A target as it may be told and kept, and the secrets that it and its clients need.
struct PreparedTarget {
    let description: TargetDescription
    let life: TargetLife
    let credentials: Credentials

    /// What the user's options say.
    init(_ options: TargetOptions, _ codec: any WireCodec) throws {
        try self.init(options.description(), options.life.life(), options.login.login(), codec)
    }

    /// Takes secrets from where they are, and puts places where they were given as they are.
    init(_ target: TargetDescription, _ life: TargetLife, _ login: Login, _ codec: any WireCodec) throws {
        credentials = try Credentials(login, for: codec, and: target.texts + life.texts)
        description = credentials.secrets.hidden(target)
        self.life = credentials.secrets.hidden(life)
        guard credentials.secrets.hasShort else { return }
        Console.note(
            "a secret of fewer than \(Secrets.shortest) bytes cannot be told from other bytes: it is hidden in the login and the command alone"
        )
    }
}
