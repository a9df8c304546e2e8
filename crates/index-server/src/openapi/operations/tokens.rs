//! The tokens of an account, for programs.

use super::{Access, Answer, Body, Content, FOR_ACCOUNTS, Operation, answer, json, query};

const PROBLEM: &[Content] = &[json("application/problem+json", "Problem")];
const NEEDS_PASSWORD: Answer = answer(403, "This needs the password, not a token.", PROBLEM);

/// Answers to programs that keep tokens, whatever they ask.
pub(in crate::openapi) const OF_TOKEN_KEEPERS: &[Answer] = &[
    answer(401, "Credentials are needed, or wrong.", PROBLEM),
    answer(
        429,
        "There were too many attempts; `Retry-After` says when to come again.",
        PROBLEM,
    ),
    answer(500, "The index failed; its log says why.", PROBLEM),
];

const fn operation(
    id: &'static str,
    summary: &'static str,
    answers: &'static [Answer],
) -> Operation {
    Operation {
        id,
        summary,
        tag: FOR_ACCOUNTS,
        access: Access::TokenKeeper,
        parameters: &[],
        body: Body::None,
        answers,
    }
}

pub(crate) static TOKEN_ABOUT: Operation = Operation {
    parameters: &[query(
        "project",
        "A project, to learn whether the credentials are good for uploads to it.",
    )],
    ..operation(
        "tokenAbout",
        "What the credentials shown are good for; changes nothing",
        &[
            answer(
                200,
                "Whose they are, and what for.",
                &[json("application/json", "CredentialAbout")],
            ),
            answer(400, "The parameter is no name of a project.", PROBLEM),
        ],
    )
};
pub(crate) static TOKEN_LIST: Operation = operation(
    "tokenList",
    "The tokens of the account, without their secrets; needs the password",
    &[
        answer(200, "The tokens.", &[json("application/json", "TokenList")]),
        NEEDS_PASSWORD,
    ],
);
pub(crate) static TOKEN_MAKE: Operation = Operation {
    body: Body::Json("TokenWish"),
    ..operation(
        "tokenMake",
        "Make a token; needs the password",
        &[
            answer(
                201,
                "The token, told this once.",
                &[json("application/json", "MadeToken")],
            ),
            answer(400, "There can be no such token.", PROBLEM),
            NEEDS_PASSWORD,
            answer(413, "The body is too large.", PROBLEM),
            answer(415, "The body is no `application/json`.", PROBLEM),
        ],
    )
};
pub(crate) static TOKEN_END: Operation = operation(
    "tokenEnd",
    "Revoke a token: the one that is shown, or with the password any of the account",
    &[
        answer(204, "It is revoked, now or before.", &[]),
        NEEDS_PASSWORD,
        answer(404, "The account has no such token.", PROBLEM),
    ],
);
