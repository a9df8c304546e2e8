//! The pages of accounts and of management.

use askama::Template;

/// `/account/login/`
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage<'a> {
    pub(crate) root: &'static str,
    /// Where to go afterwards, from the root.
    pub(crate) next: &'a str,
    pub(crate) user: &'a str,
    /// What went wrong; empty at first.
    pub(crate) problem: &'a str,
}

/// `/account/register/`
#[derive(Template)]
#[template(path = "register.html")]
pub(crate) struct RegisterPage<'a> {
    pub(crate) root: &'static str,
    pub(crate) invitation: &'a str,
    pub(crate) user: &'a str,
    pub(crate) problem: &'a str,
}

/// `/account/`
#[derive(Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage<'a> {
    pub(crate) root: &'static str,
    pub(crate) proof: String,
    pub(crate) name: &'a str,
    pub(crate) is_admin: bool,
    /// Project and role.
    pub(crate) projects: Vec<(String, &'static str)>,
    pub(crate) tokens: Vec<ListedToken>,
}

/// A token on its user's page.
pub(crate) struct ListedToken {
    pub(crate) prefix: String,
    pub(crate) description: String,
    pub(crate) scope: String,
    pub(crate) permission: &'static str,
    pub(crate) created: String,
    pub(crate) expires: String,
}

/// A new token, shown once.
#[derive(Template)]
#[template(path = "token.html")]
pub(crate) struct TokenPage<'a> {
    pub(crate) root: &'static str,
    pub(crate) token: String,
    pub(crate) description: &'a str,
}

/// `/user/<name>/`
#[derive(Template)]
#[template(path = "user.html")]
pub(crate) struct UserPage {
    pub(crate) root: &'static str,
    pub(crate) name: String,
    pub(crate) since: String,
    /// Project and role.
    pub(crate) projects: Vec<(String, &'static str)>,
}

/// `/manage/project/<project>/`
#[derive(Template)]
#[template(path = "manage_project.html")]
pub(crate) struct ManagePage<'a> {
    pub(crate) root: &'static str,
    pub(crate) proof: String,
    pub(crate) name: &'a str,
    /// The visitor.
    pub(crate) user: &'a str,
    pub(crate) is_owner: bool,
    pub(crate) is_admin: bool,
    pub(crate) status: &'a str,
    pub(crate) status_reason: &'a str,
    /// Who may read; empty for as the index.
    pub(crate) reading: &'static str,
    /// User and role.
    pub(crate) people: Vec<(String, &'static str)>,
    pub(crate) releases: Vec<ManagedRelease>,
}

/// A release on the page of management.
pub(crate) struct ManagedRelease {
    pub(crate) version: String,
    /// The reason, perhaps empty.
    pub(crate) yanked: Option<String>,
    pub(crate) files: Vec<String>,
}

/// `/manage/`
#[derive(Template)]
#[template(path = "administer.html")]
pub(crate) struct AdministerPage {
    pub(crate) root: &'static str,
    pub(crate) proof: String,
    pub(crate) reading: &'static str,
    pub(crate) open_registration: bool,
    pub(crate) new_projects: &'static str,
    pub(crate) kept_names: Vec<String>,
    pub(crate) users: Vec<ListedUser>,
}

/// A user on the administrators' page.
pub(crate) struct ListedUser {
    pub(crate) name: String,
    pub(crate) is_admin: bool,
    pub(crate) is_disabled: bool,
    pub(crate) created: String,
}

/// A new invitation, shown once.
#[derive(Template)]
#[template(path = "invitation.html")]
pub(crate) struct InvitationPage {
    pub(crate) root: &'static str,
    pub(crate) link: String,
}
