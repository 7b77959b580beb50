//! The forms: name and keyvalues of an upload, and a pin by CID.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget as _;

use super::buttons;
use crate::app::form::Form;
use crate::app::{App, ExportForm, PinForm, PinListForm, SavePlanForm, UploadForm};
use crate::domain::text::count;
use crate::input::{Action, Context};
use crate::ui::{Theme, dialog_frame, put};

/// Columns of the labels.
const LABEL: u16 = 12;
/// Lines of a field that takes several.
const LINES: u16 = 4;
const WIDTH: u16 = 76;
/// Notes on what is left out, at the most.
const NOTES: usize = 3;

pub(crate) fn draw_upload(buffer: &mut Buffer, app: &App, upload: &UploadForm, theme: &Theme) {
    let mut intro = vec![(upload.summary(), theme.title)];
    if let [plan] = &upload.plans[..] {
        intro.push((plan.source.to_string_lossy().into_owned(), theme.quiet));
    } else {
        let names = upload.plans.iter().take(3).map(|plan| {
            let name = plan.source.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        });
        let names = names.collect::<Vec<_>>().join(", ");
        let more = if upload.plans.len() > 3 { ", …" } else { "" };
        intro.push((format!("{names}{more}"), theme.quiet));
    }
    let mut notes = upload.notes();
    for note in notes.by_ref().take(NOTES) {
        intro.push((format!("left out: {note}"), theme.busy));
    }
    let more = notes.count();
    if more > 0 {
        intro.push((format!("and {more} more left out"), theme.busy));
    }
    draw(buffer, app, "Upload", &intro, &upload.form, None, theme);
}

pub(crate) fn draw_pin(buffer: &mut Buffer, app: &App, pin: &PinForm, theme: &Theme) {
    let mut intro = vec![(
        "Pins content that is on the IPFS network already.".to_owned(),
        theme.quiet,
    )];
    let keys = app.keymap.keys(Context::Form, Action::ChooseFile);
    intro.extend(keys.first().map(|key| {
        let many =
            format!("Many: paste them, or {key} for a file. One CID a line, a name after it.");
        (many, theme.quiet)
    }));
    let check = pin.check().map(|check| match check {
        Ok(what) => (format!("ok: {what}"), theme.good),
        Err(why) => (why, theme.bad),
    });
    draw(
        buffer,
        app,
        "Pin by CID",
        &intro,
        &pin.form,
        check.as_ref(),
        theme,
    );
}

/// Draws the line for the name of a plan's file.
pub(crate) fn draw_save_plan(buffer: &mut Buffer, app: &App, save: &SavePlanForm, theme: &Theme) {
    let pins = save.plan().map_or(0, |plan| plan.len());
    let what = format!(
        "A line for each of {}, in a new file in",
        count(pins, "pin")
    );
    let directory = app.config.directory.to_string_lossy().into_owned();
    let intro = [(what, theme.quiet), (directory, theme.quiet)];
    draw(
        buffer,
        app,
        "Save the plan",
        &intro,
        &save.form,
        None,
        theme,
    );
}

pub(crate) fn draw_pin_list(buffer: &mut Buffer, app: &App, pin: &PinListForm, theme: &Theme) {
    let mut intro = vec![(pin.summary(), theme.title)];
    intro.extend(pin.left_out().map(|text| (text, theme.busy)));
    intro.extend(pin.notes().map(|note| (format!("  {note}"), theme.quiet)));
    let title = format!("Pin {}", count(pin.list.pins.len(), "CID"));
    draw(buffer, app, &title, &intro, &pin.form, None, theme);
}

pub(crate) fn draw_export(buffer: &mut Buffer, app: &App, export: &ExportForm, theme: &Theme) {
    let directory = app.config.directory.to_string_lossy();
    let intro = [(format!("in {directory}"), theme.quiet)];
    draw(
        buffer,
        app,
        &app.what_to_export(),
        &intro,
        &export.form,
        None,
        theme,
    );
}

/// Draws a form; `check` is said below the first field.
fn draw(
    buffer: &mut Buffer,
    app: &App,
    title: &str,
    intro: &[(String, Style)],
    form: &Form,
    check: Option<&(String, Style)>,
    theme: &Theme,
) {
    let rows = |is_multiline: bool| if is_multiline { LINES } else { 1 };
    let fields: u16 = form
        .fields
        .iter()
        .map(|field| rows(field.is_multiline))
        .sum();
    let intro_rows = u16::try_from(intro.len()).unwrap_or(0);
    let area = app.layout.dialog(WIDTH, intro_rows + fields + 7);
    if area.width < LABEL + 8 || area.height < 4 {
        return;
    }
    dialog_frame(buffer, area, title, theme.accent);
    let (x, right) = (area.x + 2, area.right() - 2);
    let answer = area.bottom() - 2;
    // In a low window the introduction gives way to the fields.
    let skipped = (intro_rows + fields + 7).saturating_sub(area.height);
    let mut y = area.y + 1;
    for (text, style) in intro.iter().skip(usize::from(skipped)) {
        put(buffer, x, y, right - x, text, *style);
        y += 1;
    }
    y += u16::from(skipped == 0);
    for (index, field) in form.fields.iter().enumerate() {
        let height = rows(field.is_multiline).min(answer.saturating_sub(y));
        let has_focus = index == form.focus;
        let style = if has_focus { theme.accent } else { theme.quiet };
        let marker = if has_focus { "> " } else { "  " };
        put(
            buffer,
            x,
            y,
            LABEL,
            &format!("{marker}{}", field.label),
            style,
        );
        let mut text = field.area.clone();
        text.set_cursor_line_style(Style::new());
        text.set_placeholder_style(theme.quiet);
        text.set_cursor_style(if has_focus {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            Style::new()
        });
        text.render(
            Rect::new(x + LABEL, y, right.saturating_sub(x + LABEL), height),
            buffer,
        );
        y += height;
        if index == 0
            && y < answer
            && let Some((text, style)) = check
        {
            put(buffer, x + LABEL, y, right - x - LABEL, text, *style);
            y += 1;
        }
    }
    if let Some(error) = &form.error
        && y < answer
    {
        put(buffer, x, answer - 1, right - x, error, theme.bad);
    }
    let labels = [(title, form.on_send()), ("Cancel", form.on_cancel())];
    buttons(buffer, x, answer, right, &labels, theme);
}
