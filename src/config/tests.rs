//! Which setting wins, and what is refused.

use std::ffi::OsString;
use std::fs;

use super::*;

const KEYS: [(&str, &str); 2] = [("PINNING_API_KEY", "K1"), ("PINNING_SECRET_KEY", "S1")];

struct Case {
    home: tempfile::TempDir,
}

impl Case {
    fn new(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("lazypin")).unwrap();
        fs::write(home.path().join("lazypin/config.toml"), config).unwrap();
        Self { home }
    }

    fn settings(&self, line: &str, variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        let mut environment = Environment::with(variables.iter().copied());
        environment.config_home = Some(self.home.path().to_owned());
        environment.data_home = Some(self.home.path().join("data"));
        environment.state_home = Some(self.home.path().join("state"));
        environment.cache_home = Some(self.home.path().join("cache"));
        let words = line.split_whitespace().map(OsString::from);
        Settings::resolve(&Args::read(words).unwrap(), &environment)
    }

    fn api_url(&self, line: &str, variables: &[(&str, &str)]) -> String {
        match self.settings(line, variables).unwrap().target {
            Target::Remote { api_url, .. } => api_url,
            other => panic!("{other:?}"),
        }
    }

    fn usage_error(&self, line: &str, variables: &[(&str, &str)]) -> UsageError {
        let error = self.settings(line, variables).unwrap_err();
        error.downcast::<UsageError>().unwrap()
    }
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    KEYS.iter().chain(more).copied().collect()
}

#[test]
fn options_win_over_the_environment_and_that_over_the_file() {
    let case = Case::new("[profiles.default]\napi_url = \"https://file.example\"");
    let variable = with(&[("LAZYPIN_API_URL", "https://env.example/")]);
    assert_eq!(
        case.api_url("lazypin --api-url https://option.example ls", &variable),
        "https://option.example"
    );
    assert_eq!(case.api_url("lazypin", &variable), "https://env.example");
    assert_eq!(case.api_url("lazypin", &KEYS), "https://file.example");
    let demo = case.settings("lazypin --demo 5", &variable).unwrap();
    assert!(matches!(demo.target, Target::Demo { pins: 5 }));
}

#[test]
fn without_an_address_the_keys_decide() {
    let case = Case::new("");
    assert_eq!(case.api_url("lazypin", &KEYS), AIOZ_API);
    let alone = case.settings("lazypin", &[]).unwrap();
    match &alone.target {
        Target::Embedded { data_dir } => {
            assert_eq!(*data_dir, case.home.path().join("data/lazypin/service"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((alone.gateway, alone.profile.as_str()), (None, "default"));
    let empty = case.settings(
        "lazypin",
        &[("PINNING_API_KEY", ""), ("PINNING_SECRET_KEY", "")],
    );
    assert!(matches!(empty.unwrap().target, Target::Embedded { .. }));
}

#[test]
fn one_key_alone_is_an_error_that_names_the_other() {
    let case = Case::new("");
    for (given, missing) in [
        ("PINNING_API_KEY", "PINNING_SECRET_KEY"),
        ("PINNING_SECRET_KEY", "PINNING_API_KEY"),
    ] {
        for line in ["lazypin", "lazypin serve", "lazypin --demo"] {
            let error = case.usage_error(line, &[(given, "TOP-SECRET")]);
            assert!(error.message.contains(&format!("{missing} is missing")));
            assert!(!format!("{error:?}").contains("TOP-SECRET"));
        }
    }
    let error = case.usage_error(
        "lazypin",
        &[
            ("PINNING_API_KEY", "TOP SECRET"),
            ("PINNING_SECRET_KEY", "x"),
        ],
    );
    assert!(!error.message.contains("TOP"), "{error}");
}

#[test]
fn keys_never_go_over_plain_http_to_another_machine() {
    let case = Case::new("[profiles.bad]\napi_url = \"http://pins.example/api\"");
    for (line, url) in [
        ("lazypin --api-url http://pins.example/api", ""),
        ("lazypin ls", "http://pins.example/api"),
        ("lazypin --profile bad ls", ""),
    ] {
        let error = case.usage_error(line, &with(&[("LAZYPIN_API_URL", url)]));
        assert!(error.message.contains("plain http"), "{error}");
    }
}

#[test]
fn an_address_on_this_machine_falls_back_to_the_kept_keys() {
    let case = Case::new("");
    let line = "lazypin --api-url http://127.0.0.1:5080/api ls";
    assert!(
        case.usage_error(line, &[])
            .message
            .contains("there are none")
    );
    let kept = Credentials::load_or_create(&case.home.path().join("data/lazypin/service")).unwrap();
    let settings = case.settings(line, &[]).unwrap();
    assert_eq!(settings.gateway.as_deref(), Some("http://127.0.0.1:5080"));
    match settings.target {
        Target::Remote {
            credentials,
            loopback,
            ..
        } => {
            assert!(loopback);
            assert_eq!(credentials.expose_secret(), kept.expose_secret());
        }
        other => panic!("{other:?}"),
    }
    // They are this machine's, and stay here.
    let elsewhere = "lazypin --api-url https://pins.example/api ls";
    assert!(
        case.usage_error(elsewhere, &[])
            .message
            .contains("there are none")
    );
}

#[test]
fn profiles_are_chosen_by_option_variable_and_default() {
    let case = Case::new(
        "default_profile = \"a\"\n\
         [profiles.a]\nrate_limit = 30\nread_only = true\n\
         [profiles.b]\napi_url = \"https://b.example\"\ngateway = \"https://gw.example/ipfs/\"\n",
    );
    let a = case.settings("lazypin", &KEYS).unwrap();
    assert_eq!(
        (a.profile.as_str(), a.rate_limit, a.read_only),
        ("a", Some(30), true)
    );
    assert_eq!(a.gateway.as_deref(), Some(AIOZ_GATEWAY));
    let b = case
        .settings("lazypin", &with(&[("LAZYPIN_PROFILE", "b")]))
        .unwrap();
    assert_eq!(b.gateway.as_deref(), Some("https://gw.example"));
    let default = case
        .settings(
            "lazypin --profile default",
            &with(&[("LAZYPIN_PROFILE", "b")]),
        )
        .unwrap();
    assert_eq!(
        (default.profile.as_str(), default.read_only),
        ("default", false)
    );
    let error = case.usage_error("lazypin --profile c", &KEYS);
    assert!(
        error.message.ends_with("known profiles are default, a, b"),
        "{error}"
    );
}

#[test]
fn read_only_comes_from_each_place_and_can_be_turned_off_in_the_environment() {
    let case = Case::new("[profiles.ro]\nread_only = true");
    let read_only = |line: &str, value: &str| {
        let settings = case.settings(line, &[("LAZYPIN_READ_ONLY", value)]);
        settings.unwrap().read_only
    };
    assert!(!read_only("lazypin", ""));
    assert!(read_only("lazypin ls --read-only", ""));
    assert!(read_only("lazypin", "true"));
    assert!(read_only("lazypin --profile ro", ""));
    assert!(!read_only("lazypin --profile ro", "0"));
    assert!(read_only("lazypin --read-only", "0"));
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let case = Case::new("[ui]\ntheme = \"mono\"\npage_size = 20");
    let settings = case.settings("lazypin", &[]).unwrap();
    assert_eq!(settings.ui.theme, Theme::Mono);
    assert_eq!(settings.ui.page_size.unwrap().get(), 20);
    for (line, path) in [
        ("lazypin --config /nowhere/c.toml", ""),
        ("lazypin", "/nowhere/c.toml"),
    ] {
        let error = case.usage_error(line, &[("LAZYPIN_CONFIG", path)]);
        assert!(error.message.contains("/nowhere/c.toml"), "{error}");
    }
}

#[test]
fn colour_follows_option_terminal_and_environment() {
    let case = Case::new("");
    let colour = |line: &str, variables: &[(&str, &str)], terminal| {
        case.settings(line, variables).unwrap().use_color(terminal)
    };
    assert!(colour("lazypin", &[], true));
    assert!(!colour("lazypin", &[], false));
    assert!(!colour("lazypin", &[("NO_COLOR", "1")], true));
    assert!(!colour("lazypin", &[("TERM", "dumb")], true));
    assert!(colour(
        "lazypin --color always",
        &[("NO_COLOR", "1")],
        false
    ));
    assert!(!colour("lazypin --color never", &[], true));
}

#[test]
fn serve_runs_the_same_service_whatever_others_talk_to() {
    let case = Case::new("");
    let serve = case
        .settings(
            "lazypin serve",
            &[("LAZYPIN_API_URL", "http://127.0.0.1:5080/api")],
        )
        .unwrap();
    assert!(matches!(serve.target, Target::Embedded { .. }) && serve.keys.is_none());
    let serve = case.settings("lazypin serve", &KEYS).unwrap();
    assert_eq!(serve.keys.unwrap().expose_key(), "K1");
}

#[test]
fn state_lies_beside_the_data_only_where_somebody_said_where_that_is() {
    let case = Case::new("");
    let state = |line: &str, variables: &[(&str, &str)]| {
        let settings = case.settings(line, variables).unwrap();
        settings.state_dir
    };
    assert_eq!(
        state("lazypin", &[]),
        case.home.path().join("state/lazypin")
    );
    let said = Path::new("/d/state");
    assert_eq!(state("lazypin --data-dir /d", &[]), said);
    assert_eq!(state("lazypin", &[("LAZYPIN_DATA_DIR", "/d")]), said);
}

#[test]
fn rules_of_the_profile_come_to_those_of_all() {
    let case = Case::new(
        "protect = [\"name:site-*\"]\n[profiles.work]\nprotect = [\"age<7d\"]\n[profiles.default]",
    );
    let rules = |line| -> Vec<String> {
        let settings = case.settings(line, &[]).unwrap();
        settings.protect.iter().map(ToString::to_string).collect()
    };
    assert_eq!(rules("lazypin"), ["name:site-*"]);
    assert_eq!(rules("lazypin --profile work"), ["name:site-*", "age<7d"]);
}
