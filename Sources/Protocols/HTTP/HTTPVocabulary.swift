package import Wire

extension HTTPCodec {
    /// Files of one client each, whose bodies and lengths name them, and files that clients share. A target keeps them.
    package var vocabulary: Vocabulary? {
        Vocabulary(
            topics: [
                Topic(
                    .own, weight: 45, lasts: true,
                    [
                        RequestTemplate(1, .write, "PUT", .object, .value), RequestTemplate(20, .read, "HEAD", .object),
                        RequestTemplate(20, .read, "GET", .object),
                        RequestTemplate(4, .read, "GET", .object, Self.part),
                        RequestTemplate(1, .read, "GET", .object, Self.rest),
                    ]),
                Topic(
                    .register, weight: 35, lasts: true,
                    [
                        RequestTemplate(8, .write, "PUT", .object, .value), RequestTemplate(10, .read, "GET", .object),
                        RequestTemplate(1, .read, "HEAD", .object),
                        RequestTemplate(1, .remove, "DELETE", .object, isHard: true),
                    ]),
            ],
            lastResort: [
                RequestTemplate(1, .read, "GET", "/"), RequestTemplate(1, .read, "HEAD", "/"),
                RequestTemplate(1, .read, "OPTIONS", "/"),
            ])
    }

    /// `bytes=7-55`, a part of any file of a client.
    private static let part = RequestTemplate.Word.joined(["bytes=", .number(0...40), "-", .number(40...90)])
    /// `bytes=7-`
    private static let rest = RequestTemplate.Word.joined(["bytes=", .number(0...40), "-"])
}
