//! One message in, effects out.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::layout::DetailPlace;
use super::list::View;
use super::message::Message;
use super::modal::{Confirm, Modal, Question};
use super::reader::{Reader, ReaderSubject, Scroll};
use super::{App, Effect, Focus, Now};
use crate::domain::Pin;
use crate::input::{Action, Context, Key};
use crate::protocol::{Request, Which};

impl App {
    /// What the app wants before anything happened: the first page.
    pub fn start(&mut self) -> Vec<Effect> {
        self.ask_for_rows();
        std::mem::take(&mut self.effects)
    }

    /// Takes one message at its time, and says what is to be done.
    pub fn update(&mut self, message: Message, now: Now) -> Vec<Effect> {
        self.now = now;
        self.toasts.expire(now.tick);
        self.protection.count_ages_from(now.wall);
        match message {
            Message::Key(key) => self.key(key),
            Message::Paste(text) => self.paste(&text),
            Message::Mouse(mouse) => self.mouse(mouse),
            Message::Resize(size) => {
                self.layout = self.layout.resized(size);
                self.list.set_page_rows(self.layout.page_rows());
                if self.layout.place == DetailPlace::Hidden {
                    self.focus = Focus::List;
                }
            }
            Message::Tick => {}
            Message::Reply(reply) => self.reply(reply),
            Message::Busy(request) => self.busy(request),
            Message::Directory { seq, path, result } => self.directory_read(seq, path, result),
            Message::Copied {
                what,
                route,
                result,
            } => self.copied(what, route, result),
            Message::PlanSaved { path, result } => self.plan_saved(&path, result),
            Message::Opened { url, result } => self.opened(&url, result),
        }
        self.offer_to_resume();
        self.ask_for_rows();
        self.watch_pending();
        self.count_hidden();
        std::mem::take(&mut self.effects)
    }

    fn ask_for_rows(&mut self) {
        for (seq, query) in self.list.wanted() {
            let local = self.list.is_local().then(|| self.list.local_view());
            self.effect(Effect::Submit(Request::List { seq, query, local }));
        }
    }

    fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        let context = self.context();
        match self.keymap.action(context, Key::from(key)) {
            Some(action) => self.act(context, action),
            None => self.type_key(key),
        }
    }

    fn type_key(&mut self, key: KeyEvent) {
        let plain = !key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if self.context() == Context::Filter {
            self.type_in_filter(key);
            return;
        }
        if let Some(form) = self.form_mut() {
            form.type_key(key);
            return;
        }
        match (&mut self.modal, key.code) {
            (Some(Modal::Palette(palette)), _) => palette.type_key(key),
            (Some(Modal::Picker(picker)), KeyCode::Char(c)) if plain => picker.type_char(c),
            (Some(Modal::Picker(_)), KeyCode::Backspace) => self.backspace_in_picker(),
            (Some(Modal::Menu(_)), KeyCode::Char(c)) if plain => self.type_in_menu(c),
            (Some(Modal::Confirm(confirm)), KeyCode::Char(c))
                if plain && confirm.expected.is_some() =>
            {
                if c.is_ascii_digit() && confirm.typed.len() < 12 {
                    confirm.typed.push(c);
                } else if matches!(c, 'n' | 'q') {
                    self.modal = None;
                }
            }
            (Some(Modal::Confirm(confirm)), KeyCode::Backspace) => {
                confirm.typed.pop();
            }
            _ => {}
        }
    }

    fn paste(&mut self, text: &str) {
        match &mut self.modal {
            Some(Modal::PinByCid(_)) => self.paste_in_pin_form(text),
            Some(Modal::Picker(picker)) => picker.paste(text),
            Some(Modal::Palette(palette)) => palette.paste(text),
            None if self.filter.is_open => self.paste_in_filter(text),
            _ => {
                if let Some(form) = self.form_mut() {
                    form.paste(text);
                }
            }
        }
    }

    pub(super) fn act(&mut self, context: Context, action: Action) {
        if action == Action::Quit {
            self.ask_quit();
            return;
        }
        match context {
            Context::List => self.act_in_list(action),
            Context::Pane => match (Scroll::of(action), action) {
                (Some(scroll), _) => self.scroll_pane(scroll),
                (None, Action::Back | Action::SwitchPane) => self.focus = Focus::List,
                (None, action) => self.verb(action),
            },
            Context::Reader => match (Scroll::of(action), action) {
                (Some(scroll), _) => self.scroll_reader(scroll),
                (None, Action::Back) => self.close_reader(),
                (None, Action::Refresh) => self.refresh_reader(),
                (None, Action::Copy) => self.copy_cids(),
                _ => {}
            },
            Context::Menu => self.act_in_menu(action),
            Context::Confirm | Context::ConfirmTyped => self.act_in_confirm(action),
            Context::Picker => self.act_in_picker(action),
            Context::Form => self.act_in_form(action),
            Context::Filter => self.act_in_filter(action),
            Context::Changes => self.act_in_change_log(action),
            Context::Jobs => self.act_in_jobs(action),
            Context::Palette => self.act_in_palette(action),
        }
    }

    pub(super) fn act_in_list(&mut self, action: Action) {
        let before = self.list.cursor();
        let half = i64::try_from(self.list.page_rows() / 2)
            .unwrap_or(i64::MAX)
            .max(1);
        match action {
            Action::Down => self.list.move_by(1),
            Action::Up => self.list.move_by(-1),
            Action::HalfPageDown => self.list.move_by(half),
            Action::HalfPageUp => self.list.move_by(-half),
            Action::NextPage => self.list.move_pages(1),
            Action::PreviousPage => self.list.move_pages(-1),
            Action::First => self.list.move_to(0),
            Action::Last => self.list.move_to(u64::MAX),
            Action::Mark => {
                self.end_range();
                if let Some(pin) = self.list.selected() {
                    self.marks.toggle(pin);
                }
                self.list.move_by(1);
            }
            Action::MarkRange => {
                if self.marks.has_range() {
                    self.end_range();
                } else {
                    self.marks.begin_range(&self.list);
                }
            }
            Action::MarkPage => {
                self.end_range();
                let page: Vec<&Pin> = self.list.known(self.list.visible()).collect();
                self.marks.toggle_all(&page);
            }
            Action::Back => self.clear_one_thing(),
            Action::SwitchPane if self.layout.place != DetailPlace::Hidden => {
                self.focus = Focus::Pane;
            }
            Action::SortField => self.next_sort(),
            Action::Filter => self.open_filter(),
            Action::MarkAll => self.ask_mark_all(Which::All),
            Action::Duplicates => self.show_duplicates(),
            Action::Views => self.ask_view(),
            Action::SortOrder => {
                let view = self.list.view();
                self.set_view(View {
                    order: view.order.reversed(),
                    ..view
                });
            }
            Action::PinnedFilter => {
                let view = self.list.view();
                self.set_view(View {
                    pinned: view.pinned.next(),
                    ..view
                });
            }
            action => self.verb(action),
        }
        if self.list.cursor() != before {
            self.pane_scroll = 0;
        }
    }

    /// The verbs that work in the list and in the detail pane alike.
    fn verb(&mut self, action: Action) {
        match action {
            Action::Open => self.open_record(),
            Action::Raw => self.open_raw(),
            Action::Refresh => self.ask_again(),
            Action::Unpin => self.ask_unpin(),
            Action::Undo => self.look_for_undo(None),
            Action::ChangeLog => self.open_change_log(),
            Action::Protect => self.toggle_protection(),
            Action::Upload => self.ask_upload(),
            Action::PinByCid => self.ask_pin_by_cid(),
            Action::Copy => self.copy_cids(),
            Action::CopyAs => self.ask_copy_as(),
            Action::Export => self.ask_export(),
            Action::OpenGateway => self.open_gateway(),
            Action::CancelJob => self.cancel_job(None),
            Action::Palette => self.open_palette(),
            Action::PauseJob => self.pause_or_go_on(None),
            Action::Jobs => self.open_jobs(None),
            Action::Help => {
                self.modal = Some(Modal::Reader(Reader::new(ReaderSubject::Help)));
            }
            _ => {}
        }
    }

    fn clear_one_thing(&mut self) {
        self.toasts.dismiss();
        if !self.marks.drop_range() && !self.clear_filter() {
            self.marks.clear();
        }
    }

    /// Ends a range that is being marked, and says where it could not mark everything.
    pub(super) fn end_range(&mut self) {
        let missed = self.marks.end_range(&self.list);
        if missed > 0 {
            self.warn(format!(
                "{missed} rows of the range are not loaded yet and stay unmarked"
            ));
        }
    }

    fn act_in_confirm(&mut self, action: Action) {
        let Some(Modal::Confirm(confirm)) = &mut self.modal else {
            return;
        };
        let yes = match action {
            Action::Yes => true,
            Action::Accept if confirm.expected.is_some() => confirm.is_typed(),
            Action::Accept if confirm.on_yes => true,
            Action::Accept | Action::No | Action::Back => {
                self.modal = None;
                return;
            }
            Action::NextField | Action::PreviousField => {
                confirm.on_yes = !confirm.on_yes;
                return;
            }
            Action::SavePlan => {
                self.ask_save_plan();
                return;
            }
            _ => return,
        };
        if yes && let Some(Modal::Confirm(Confirm { question, .. })) = self.modal.take() {
            match question {
                Question::Unpin { plan, protected } => self.unpin_agreed(plan, protected),
                Question::UnpinProtected { plan, .. } => self.run_unpin(plan),
                Question::Undo { offer, is_named } => self.run_undo(offer, is_named),
                Question::Resume(offer) => self.run_resume(offer),
                Question::Quit(_) => self.is_over = true,
            }
        }
    }

    fn act_in_form(&mut self, action: Action) {
        let Some(form) = self.form_mut() else {
            return;
        };
        let taken = match action {
            Action::NextField | Action::PreviousField => {
                form.move_focus(action == Action::NextField);
                return;
            }
            Action::Accept => form.take(),
            Action::Submit => super::form::Taken::Send,
            Action::ChooseFile => return self.choose_list(),
            Action::NextPage | Action::PreviousPage => return self.scroll_left_out(action),
            Action::Back => super::form::Taken::Cancel,
            _ => return,
        };
        self.form_taken(taken);
    }

    fn ask_quit(&mut self) {
        let asked = matches!(
            &self.modal,
            Some(Modal::Confirm(Confirm {
                question: Question::Quit(_),
                ..
            }))
        );
        if self.jobs.is_empty() {
            self.is_over = true;
        } else if !asked {
            self.modal = Some(Modal::Confirm(Confirm::quit(self.jobs.len())));
        }
    }

    /// Says so, where changes are refused.
    pub(super) fn refuses_changes(&mut self) -> bool {
        if self.config.read_only {
            self.warn("read-only: nothing can be changed in this session");
        }
        self.config.read_only
    }
}
