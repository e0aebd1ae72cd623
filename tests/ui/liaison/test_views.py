"""The shelf, the profile's form, the network, the drill's plan; a label read by the camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import segno
from PySide6.QtWidgets import QApplication

from auth.face.camera import FolderCamera
from desktop.pages.liaison.counter import Counter
from desktop.pages.liaison.drill import DrillView
from desktop.pages.liaison.network import Network
from desktop.pages.liaison.paper import wifi_sheet
from desktop.pages.liaison.profiles import Profiles
from desktop.pages.liaison.scanning import read_code
from desktop.pages.liaison.shelf import Shelf
from liaison.history import Place
from liaison.network import Form, wifi_code
from liaison.standing import Standing
from tests.ui.conftest import Office, press
from tests.ui.liaison.test_liaison_page import prepare, scan, tab


def test_the_shelf_is_counted_by_scans(liaison: Office) -> None:
    tab(liaison, "棚")
    shelf, service = liaison.window.findChild(Shelf), liaison.services.liaison
    assert shelf.scan.hasFocus()
    for tag in ("K01", "K99", "K01"):
        scan(liaison, service.office.label(tag))
    rows = {shelf.table.model().index(n, 0).data(): shelf.table.model().index(n, 1).data() for n in range(4)}
    assert rows == {
        "K02": "見つからない",
        "K03": "見つからない",
        "K99": "台帳にない端末です",
        "K01": "あります",
    }
    press(liaison, "棚卸しを終えて記録する")
    assert "K02、K03" in shelf.said.text()
    assert service.ledger.state().units["K02"].place is Place.MISSING


def test_laptops_come_go_to_repair_and_leave_by_scans(liaison: Office) -> None:
    tab(liaison, "棚")
    service = liaison.services.liaison
    for mode, place in (
        ("登録する", Place.SHELF),
        ("修理に出す", Place.REPAIR),
        ("修理から戻す", Place.RETURNED),
        ("廃棄する", Place.RETIRED),
    ):
        press(liaison, f"棚の作業: {mode}")
        scan(liaison, service.office.label("K50"))
        assert service.ledger.state().units["K50"].place is place


def test_what_did_not_come_back_is_recorded(liaison: Office) -> None:
    prepare(liaison)
    tab(liaison, "貸出と返却")
    counter, service = liaison.window.findChild(Counter), liaison.services.liaison
    counter.form.name.setText("髙﨑")
    counter.form.organisation.setText("県")
    scan(liaison, "K01")
    press(liaison, "窓口の作業: 返却を受ける")
    counter.back._boxes[0].click()
    counter.scan.setFocus()
    scan(liaison, "K01")
    last = [event for event in service.ledger.history("K01") if event.action == "return"][-1]
    assert last.detail["missing"] == "電源アダプター"
    assert counter.back.missing() == ()


def test_a_label_is_read_by_the_camera(liaison: Office, tmp_path: Path) -> None:
    tab(liaison, "棚")
    shelf, service = liaison.window.findChild(Shelf), liaison.services.liaison
    matrix = np.array([list(row) for row in segno.make_qr(service.office.label("K02"), error="m").matrix])
    code = np.kron(np.where(matrix > 0, 0, 255), np.ones((8, 8))).astype(np.uint8)
    picture = np.full((480, 640), 200, np.uint8)
    height, width = code.shape
    picture[80 : 80 + height, 200 : 200 + width] = code
    border = picture[60 : 100 + height, 180 : 220 + width]
    border[border == 200] = 255
    cv2.imwrite(str(tmp_path / "label.png"), picture)
    liaison.services.camera = lambda: FolderCamera(tmp_path, loop=True, paced=False)
    press(liaison, "カメラで読む")
    assert "K02" in shelf.said.text()
    assert not shelf.camera.isChecked()


def test_the_camera_is_let_go_when_no_code_comes(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((120, 160, 3), 128, np.uint8))
    seen: list[float] = []
    camera = FolderCamera(tmp_path, loop=True, paced=False)
    assert read_code(lambda: camera, lambda done, *_more: seen.append(done), 20) == ""
    assert len(seen) == 20


def test_the_form_changes_the_file_and_the_difference_shows(liaison: Office) -> None:
    tab(liaison, "プロファイル")
    view, service = liaison.window.findChild(Profiles), liaison.services.liaison
    path = service.folder / "profiles/liaison.toml"
    view.form.phone.setText("内線 9999")
    view.form.ssid.setText("KEN-HONBU")
    press(liaison, "変更を保存")
    assert "内線 9999" in path.read_text()
    assert "# 訓練用" in path.read_text()  # the author's comment
    assert "か所が変わります" in view.said.text()
    assert view.table.model().rowCount() > 1
    view.form.password.setText("short")
    press(liaison, "変更を保存")
    assert "short" not in path.read_text()
    assert "wifi.0.password" in liaison.services.notices.history[0].text
    view._compare()
    liaison.settle()
    press(liaison, "設定一式を作る")
    assert service.workshop.current_bundle().version == 2


def test_the_network_form_says_what_is_wrong_and_writes_files(
    liaison: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab(liaison, "ネットワーク")
    view = liaison.window.findChild(Network)
    press(liaison, "設定ファイルを作る")  # no password yet
    assert "Wi-Fi のパスワード" in view.said.text()
    view.password.setText("kunren-dake-2026")
    view.avoid.setText("192.168.0.0/16")
    press(liaison, "設定ファイルを作る")
    assert "重なっています" in view.said.text()
    view.avoid.setText("10.0.0.0/8")
    view.contact.setText("本部 受援班 内線2710")
    monkeypatch.setattr("desktop.pages.liaison.network.ask_folder", lambda _parent: tmp_path / "out")
    press(liaison, "設定ファイルを作る")
    assert "192.168.77.10" in view.said.text()
    assert "本部 受援班" in (tmp_path / "out/srv/mahoroba/index.html").read_text()
    view.wifi.setText("nosuch0")
    press(liaison, "いまの状態を調べる")
    states = {view.table.model().index(n, 0).data(): view.table.model().index(n, 1).data() for n in range(6)}
    assert states["ほかの DHCP サーバー"] == "わからない"  # never shown as good


def test_the_sheet_for_the_wall_lets_a_phone_join(qapp: QApplication) -> None:
    form = Form.model_validate({"name": "県 災害対策本部", "ssid": "KEN-OUEN", "password": 'a\\b;c"d,e:f'})
    document = pypdfium2.PdfDocument(wifi_sheet(form))
    picture = np.ascontiguousarray(document[0].render(scale=150 / 72).to_numpy()[:, :, :3])
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == wifi_code(form)
    assert "KEN-OUEN" in document[0].get_textpage().get_text_range()


def test_the_plan_stands_beside_the_clock(liaison: Office) -> None:
    tab(liaison, "訓練")
    view = liaison.window.findChild(DrillView)
    assert view.plan.model().rowCount() == 7
    assert "50 台" in view.goal.text()
    (liaison.services.liaison.folder / "drills/standard.toml").write_text("title = 1")
    view.read()
    liaison.settle()
    assert "台本" in liaison.services.notices.history[0].text
    press(liaison, "訓練を始める")  # a broken plan keeps nobody from a drill
    assert view.end.isVisible()
    assert {tile.standing for tile in liaison.services.liaison.tiles()} == {Standing.UNKNOWN}
