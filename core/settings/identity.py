"""What decides who somebody is: thresholds, zones, second factors, the days without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator

from core.i18n import N_
from core.settings.declaring import Section, policy

Threshold = Annotated[float, Field(gt=0.0, lt=2.0)]


class FaceSettings(Section):
    model_config = ConfigDict(title=N_("顔"))

    engine: Literal["mobilefacenet", "dlib"] = policy(
        "mobilefacenet", N_("顔照合の方式"), N_("dlib は別に導入したときだけ使えます。")
    )
    flash: Literal["off", "when-measurable", "required"] = policy(
        "when-measurable",
        N_("画面の色による確認"),
        N_(
            "顔の確認の間、画面の周りの色をやわらかく変え、顔に映るかを見ます。when-measurable は、"
            "明るすぎて測れないときと色の変化がつらい方には、代わりに動きを増やします。"
        ),
    )
    threshold_alone: Threshold = policy(
        0.37, N_("顔だけで本人とするしきい値"), N_("余弦距離。小さいほど厳しくなります。")
    )
    threshold_with_second: Threshold = policy(
        0.41,
        N_("もう一つの確認と合わせるしきい値"),
        N_("余弦距離。暗証番号などもう一つの確認があるときに使います。"),
    )
    threshold_never: Threshold = policy(
        0.49, N_("別人とするしきい値"), N_("余弦距離。これより遠ければ、ほかの確認があっても顔は認めません。")
    )
    dlib_threshold_alone: Threshold = policy(
        0.36, N_("dlib: 顔だけで本人とするしきい値"), N_("ユークリッド距離。小さいほど厳しくなります。")
    )
    dlib_threshold_with_second: Threshold = policy(
        0.40,
        N_("dlib: もう一つの確認と合わせるしきい値"),
        N_("ユークリッド距離。暗証番号などもう一つの確認があるときに使います。"),
    )
    dlib_threshold_never: Threshold = policy(
        0.45,
        N_("dlib: 別人とするしきい値"),
        N_("ユークリッド距離。これより遠ければ、ほかの確認があっても顔は認めません。"),
    )
    cohort_size: int = policy(
        30, N_("比較集団の人数"), N_("照合の値をならすために比べる人数です。"), ge=0, le=1000
    )
    model_file: Path | None = policy(None, N_("追加の照合モデル"), N_("管理者が用意したモデルファイルです。"))
    passive_model: Path | None = policy(
        None, N_("追加の生体判定モデル"), N_("管理者が用意した、写真などを見分けるモデルファイルです。")
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        alone, second, never = self.threshold_alone, self.threshold_with_second, self.threshold_never
        dlib = (self.dlib_threshold_alone, self.dlib_threshold_with_second, self.dlib_threshold_never)
        if not alone <= second <= never or not dlib[0] <= dlib[1] <= dlib[2]:
            raise ValueError("thresholds must rise: alone <= with_second <= never")
        return self


Protected = Literal[
    "person.deactivate",
    "person.role",
    "person.unlock",
    "code.start",
    "code.break-glass",
    "code.device",
    "tokens.import",
    "people.export",
    "audit.export",
    "policy.save",
]


class SecuritySettings(Section):
    model_config = ConfigDict(title=N_("安全"))

    secret_backend: Literal["auto", "secret-service", "file-key"] = policy(
        "auto",
        N_("鍵の置き場所"),
        N_("file-key は鍵をファイルに置きます。鍵の保管庫がない端末でだけ選んでください。"),
    )
    pin_min_length: int = policy(6, N_("暗証番号の最短の長さ"), N_("文字数です。"), ge=4, le=64)
    switch: Literal["refuse", "close"] = policy(
        "refuse",
        N_("ロック中に別の人が見たとき"),
        N_("close は前の人のセッションを閉じ、見た人のものを開きます（共用の端末向け）。"),
    )
    zone: str = policy(
        "行政事務系", N_("この端末の区分"), N_("zones に書いた区分の名前です。"), min_length=1, max_length=64
    )
    zones: dict[str, list[list[str]]] = policy(
        {"行政事務系": [["face"], ["pin"]], "番号利用事務系": [["face", "pin"], ["face", "totp"]]},
        N_("区分ごとに必要な確認"),
        N_("区分の名前と、どれか一組がそろえばよい確認の組です。"),
    )
    protected: dict[Protected, list[list[str]]] = policy(
        {name: [["pin"], ["totp"]] for name in get_args(Protected)},
        N_("もう一つの確認が要る操作"),
        N_("操作の名前と、直前に示せばよい確認の組です。書かない操作には要りません。"),
    )
    step_up_s: int = policy(
        300,
        N_("もう一つの確認が続く秒数"),
        N_("示した確認は、この秒数のあいだ、続く操作にも使えます。"),
        ge=30,
        le=3600,
    )


class OfflineSettings(Section):
    model_config = ConfigDict(title=N_("オフライン"))

    people: int = policy(
        10,
        N_("オフラインで使える人数"),
        N_("職場のサーバーに届かない間も、この端末で最後に使った何人が入れるか。0 は使いません。"),
        ge=0,
        le=20,
    )
    days: int = policy(
        14,
        N_("オフラインで使える日数"),
        N_("その人が最後にサーバーで確かめてからの日数。端末とサーバーの短い方です。0 は使いません。"),
        ge=0,
        le=60,
    )
