"""What the lines of an article tell about it, in the shapes that articles give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rag.corpus.telling import told


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A bridge opens\n\nThe mayor came.", "A bridge opens"),
        ("\n\n  A bridge opens  \nThe mayor came.", "A bridge opens"),
        ("How_the_bridge_was_built\n\nA bridge opens\n\nThe mayor came.", "A bridge opens"),
        ("\ufeff# A bridge opens\n", "A bridge opens"),
        ("**A bridge opens**\nThe mayor came.", "A bridge opens"),
        ("All about C#", "All about C#"),
        ("Advertisement\nA bridge opens", "A bridge opens"),
        ("Advertisement", "a.txt"),
        ("March 3, 2025\n\nA bridge opens\n", "A bridge opens"),
        ("word " * 40, "word " * 15 + "word …"),  # 16 words take 79 of 80 characters
        ("A" * 200, "A" * 80 + " …"),
        ("Harbour Gazette\nA bridge opens\nThe mayor came.\n© 2025 Harbour Gazette Ltd", "A bridge opens"),
        ("Harbour Gazette opens\nThe mayor came.\n© 2025 Harbour Gazette Ltd", "Harbour Gazette opens"),
        ("Harbour Gazette\n© 2025 Harbour Gazette Ltd", "Harbour Gazette"),
        ("Harbour Gazette\n\nFerry crews walk out\nThe mayor came.", "Ferry crews walk out"),
        ("Harbour Gazette\n\nIt was founded in Oslo.\nThe mayor came.", "Harbour Gazette"),  # an article about it
        ("Good harbour news\n\nFerry crews walk out\nThe mayor came.", "Good harbour news"),  # no name: small letters
    ],
)
def test_the_title_is_the_first_line_of_the_story(text: str, title: str) -> None:
    assert told(text).title == title


def test_the_day_may_stand_below_a_menu() -> None:
    menu = "Home\nNews\nSport\nCulture\nTravel\nWeather\nLog in"
    assert told(f"{menu}\nA bridge opens\nPublished 3 March 2025\nThe mayor came.").published == "2025-03-03"


@pytest.mark.parametrize(
    ("lines", "publisher"),
    [
        ("This article originally appeared in the Harbour Gazette (HG), the oldest.", "Harbour Gazette"),
        ("Originally published by Northern Post.", ""),  # the notice is part of a sentence
        ("It was originally published by Northern Post.", "Northern Post"),
        ("Copyright © 2025 Harbour Gazette Publishers Ltd. All rights reserved.", "Harbour Gazette"),
        ("Copyright (c) 2025. Harbour Gazette Media. All rights reserved.", "Harbour Gazette"),
        ("© 2019-2025 Northern Post", "Northern Post"),
        ("Copyright 2025 Harbour Gazette. All rights reserved.", "Harbour Gazette"),
        ("© 2025. All rights reserved.", ""),
        ("© 2025 Le Courrier du Port - Tous droits réservés", "Le Courrier du Port"),
        ("Copyright 2025. Todos os direitos reservados.", ""),
        ("OSLO, March 3 (Gazette) — The mayor came.", "Gazette"),
        ("OSLO, Norway (Gazette) - The mayor came.", "Gazette"),
        ("SÃO PAULO (Northern Post) -- The mayor came.", "Northern Post"),
        ("Smith (Labour) — who else — came.", ""),
        ("OSLO - The mayor came.", ""),
        ("By Jane Doe", "Jane Doe"),
        ("By A. Person, Moravian Post", "Moravian Post"),
        ("By Jane Doe, News Editor", ""),
        ("Von Jürgen Groß, Kölner Blatt, 5. Mai 2025", "Kölner Blatt"),
        ("Par Jean Dupont, Courrier du Port", "Courrier du Port"),
        ("新华社 2025年6月18日", "新华社"),
        ("新华社北京6月18日电 市长来了。", "新华社"),
        ("Nothing is told.", ""),
    ],
)
def test_publishers(lines: str, publisher: str) -> None:
    assert told(f"A bridge opens\n{lines}\nThe mayor came.").publisher == publisher


def test_a_notice_of_first_publication_counts_more_than_a_copyright_line() -> None:
    text = "A bridge opens\n© 2025 Portal\nIt originally appeared in the Harbour Gazette."
    assert told(text).publisher == "Harbour Gazette"


def test_a_headline_is_no_byline() -> None:
    assert told("By royal appointment\nThe mayor came.").publisher == ""


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("2025-02-27", "2025-02-27"),
        ("2025-02-27 10:30", "2025-02-27"),
        ("February 27, 2025", "2025-02-27"),
        ("Feb. 27, 2025 at 10:30 AM", "2025-02-27"),
        ("Sept 3, 2025", "2025-09-03"),
        ("27 February 2025", "2025-02-27"),
        ("Published: May 3, 2025", "2025-05-03"),
        ("Updated on 3 May 2025", "2025-05-03"),
        ("Mon, 3 March 2025", "2025-03-03"),
        ("10:30 am, Monday, 3 March 2025", "2025-03-03"),
        ("By Jane Doe | March 3, 2025", "2025-03-03"),
        ("By Jane Doe, March 3, 2025, 10:30 AM", "2025-03-03"),
        ("First published on 3 March 2025", "2025-03-03"),
        ("Updated March 5, 2025\nPublished March 3, 2025", "2025-03-03"),
        ("Published March 3, 2025, 8:15 am; updated March 5, 2025, 10:30 am", "2025-03-03"),
        ("04.03.2025, 10:12 Uhr", "2025-03-04"),
        ("Veröffentlicht am 4. März 2025", "2025-03-04"),
        ("Dienstag, 4. März 2025", "2025-03-04"),
        ("Publié le 1er mars 2025 à 18h32, mis à jour le 6 mars 2025 à 09h10", "2025-03-01"),
        ("Redacción | 7 de marzo de 2025", "2025-03-07"),
        ("Atualizado em 8 de março de 2025", "2025-03-08"),
        ("19 marzo 2025", "2025-03-19"),
        ("Gepubliceerd op 3 mei 2025", "2025-05-03"),
        ("2025年03月10日 09:30", "2025-03-10"),
        ("2025년 3월 10일", "2025-03-10"),
        ("نشر في 11 مارس 2025", "2025-03-11"),
        ("प्रकाशित: 12 मार्च 2025", "2025-03-12"),
        ("By A. Person, Moravian Post, 5 May 2025", "2025-05-05"),
        ("Von Jürgen Groß, Kölner Blatt, 5. Mai 2025", "2025-05-05"),
        ("Di Maria Rossi, Corriere del Porto, 3 marzo 2025", "2025-03-03"),
        ("Zürich, 14. Februar 2025", "2025-02-14"),
        ("Zürich, 14. Februar 2025 – Der Bürgermeister kam.", "2025-02-14"),
        ("Paris, le 3 mars 2025 — Le maire est venu.", "2025-03-03"),
        ("Madrid, 3 de marzo de 2025 (Correo).- El alcalde vino.", "2025-03-03"),
        ("Roma, 3 marzo 2025 - Il sindaco è venuto.", "2025-03-03"),
        ("São Paulo, 3 de março de 2025 – O prefeito veio.", "2025-03-03"),
        ("Den Haag, 3 maart 2025 - De burgemeester kwam.", "2025-03-03"),
        ("新华社 2025年6月18日", "2025-06-18"),
        ("新华社北京2025年6月18日电 市长来了，所有人都很高兴，他们等了很久很久。", "2025-06-18"),
        ("Am 14. Februar 2025 – so der Bürgermeister – ruht alles.", ""),
        ("Der Hafen von Oslo, 14. Februar 2025 – so der Bürgermeister – ist zu.", ""),
        ("32.03.2025", ""),
        ("3/4/2025", ""),  # April in one country, March in another
        ("4. März", ""),
        ("Am 4. März 2025 kam der Bürgermeister nach Oslo.", ""),
        ("OSLO, March 3, 2025 (Gazette) — The mayor came.", "2025-03-03"),
        ("OSLO, Norway, 3 March 2025 - The mayor came.", "2025-03-03"),
        ("OSLO, March 3 (Gazette) — The mayor came.", ""),
        ("OSLO, March 3 (Gazette) — The mayor came.\n© 2024-2025 Portal", "2025-03-03"),
        ("OSLO, March 3 (Gazette) — The mayor came.\n© Portal 2025", "2025-03-03"),
        ("The mayor came.\n© 2025 Portal", ""),
        ("2025-02-30", ""),
        ("Maybe 5, 2025", ""),
        ("On May 3, 2025 the mayor opened the bridge.", ""),
        ("27 February 2025 was the day on which the mayor came.", ""),
    ],
)
def test_dates(line: str, published: str) -> None:
    assert told(f"A bridge opens\n{line}\nThe mayor came.").published == published


def test_a_date_far_down_is_not_the_date_of_the_article() -> None:
    text = "\n".join(["A bridge opens", *["The mayor came."] * 8, "2025-02-27"])
    assert told(text).published == ""


@given(st.text())
def test_every_text_has_a_title_of_one_line(text: str) -> None:
    title = told(text).title
    assert title
    assert "\n" not in title
    assert len(title) <= 160


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("by Jane van der Berg and José Ruiz-Lee", ("Jane van der Berg", "José Ruiz-Lee")),
        ("By Jane Doe, John Roe & Ann O’Neil", ("Jane Doe", "John Roe", "Ann O’Neil")),
        ("Written by Jane Doe | Gazette", ("Jane Doe",)),
        ("By Jane Doe, March 3, 2025", ("Jane Doe",)),
        ("By Jane Doe, senior reporter", ("Jane Doe",)),
        ("By A. Person, Moravian Post", ("A. Person",)),
        ("By Emily Post", ("Emily Post",)),
        ("Von Jürgen Groß und Anna Klein, Kölner Blatt, 5. Mai 2025", ("Jürgen Groß", "Anna Klein")),
        ("Par Jean Dupont et Anne Roux", ("Jean Dupont", "Anne Roux")),
        ("Von der Leyen kündigt es an", ()),
        ("By Gazette Staff", ()),
        ("by the river", ()),
        ("By Acme", ()),
        ("By Jane Doe the bridge was opened, and everybody came.", ()),
    ],
)
def test_the_persons_of_a_byline_are_the_authors(line: str, authors: tuple[str, ...]) -> None:
    assert told(f"A bridge opens\n{line}\nThe mayor came.").authors == authors


@given(st.text())
def test_any_text_is_understood(text: str) -> None:
    metadata = told(f"A bridge opens\nBy {text}\n{text} — (Gazette) - © 2025 {text}")
    fields = dict(metadata.origins)
    assert metadata.title
    assert all(fields.get(name) for name in ("publisher", "authors", "published") if getattr(metadata, name))


@pytest.mark.parametrize(
    "piece", ["copyright ", "© 2025 Acme ", "originally published in A ", "by Jane Doe, ", "OSLO, ", "by A\n", " "]
)
def test_a_long_text_of_beginnings_is_read_to_its_end(piece: str) -> None:
    assert told("A bridge opens\n" + piece * (200_000 // len(piece))).title == "A bridge opens"
