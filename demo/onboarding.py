"""Who wants to join, whom the platform refuses, and a contract that waits for its signature."""

import base64
import io

from PIL import Image, ImageDraw
from stdnum.cn import uscc

from odoo import Command

# credit code without its check digit, legal name, store, contact, scene, city, concession (%), what became of it
APPLICANTS = [
    ("91310000MA1K4X5T3", ("Riverside Florist Co.", "江畔花艺有限公司"), ("Riverside Flowers", "江畔鲜花"),
     ("Lin Xia", "林霞"), "alliance", ("Shanghai", "上海"), 9, "submitted"),
    ("91330100MA2B7Q8R1", ("West Lake Opticians Ltd.", "西湖眼镜有限公司"), ("West Lake Opticians", "西湖眼镜"),
     ("He Ping", "何平"), "alliance", ("Hangzhou", "杭州"), 14, "submitted"),
    ("91320500MA1N3P6W5", ("Lion Grove Embroidery Ltd.", "狮子林刺绣有限公司"), ("Lion Grove", "狮子林"),
     ("Gu Yue", "顾月"), "brand_mall", ("Suzhou", "苏州"), 16, "review"),
    ("91510100MA6C2D9H4", ("Panda Stationery Ltd.", "熊猫文具有限公司"), ("Panda Stationery", "熊猫文具"),
     ("Qin Bo", "秦波"), "alliance", ("Chengdu", "成都"), 6, "more"),
    ("91320100MA1M5T2L7", ("Golden Arrow Trading Ltd.", "金箭贸易有限公司"), ("Golden Arrow", "金箭"),
     ("Fei Long", "费龙"), "alliance", ("Nanjing", "南京"), 20, "rejected"),
]
ASKED = ("The licence cannot be read. Please send a picture in daylight, with all four corners.",
         "营业执照照片看不清，请在光线充足处重新拍摄，四角完整。")
REFUSED = ("The legal representative is barred from running a business.", "法定代表人被限制经营。")
BARRED = ("Fake orders in 2025, court file on record.", "2025年虚假交易，有法院卷宗。")
BANK = ("Bank of Shanghai", "上海银行")


def build(world):
    """Add applications in every state, an entry of the blacklist, and an amendment to be signed by the portal's owner.

    :param World world: merchants are there and have active contracts
    """
    env = world.env
    env["alliance.blacklist"].create({
        "kind": "legal_name", "value": world.text(APPLICANTS[-1][1]), "reason": world.text(BARRED)})
    for number, row in enumerate(APPLICANTS):
        application = env["alliance.application"].create(_prepare_application(world, number, *row[:-1]))
        _decide(world, application, row[-1])
    _amend(world)


def _prepare_application(world, number, body, legal_name, store, contact, scene, city, rate):
    return {
        "uscc": body + uscc.calc_check_digit(body), "legal_name": world.text(legal_name),
        "store_name": world.text(store), "contact_name": world.text(contact), "scene": scene, "rate": rate,
        "contact_email": f"applicant{number}@example.com", "contact_phone": f"1390000{number:04d}",
        "street": "88 Zhongshan Road" if not world.chinese else "中山路88号", "city": world.text(city),
        "country_id": world.env.ref("base.cn").id, "bank_name": world.text(BANK),
        "bank_account": f"62220200010000{number:04d}", "user_id": world.users["operator"].id,
        **{field: _draw_paper(text) for field, text in (
            ("licence_image", "SPECIMEN LICENCE"), ("identity_front_image", "SPECIMEN FRONT"),
            ("identity_back_image", "SPECIMEN BACK"))}}


def _draw_paper(text):
    """Return a picture that nobody takes for a real paper."""
    picture = Image.new("RGB", (480, 300), "#eef3ee")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((12, 12, 468, 288), outline="#2e7d32", width=4)
    draw.text((150, 140), text, fill="#2e7d32", font_size=20)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return base64.b64encode(stream.getvalue())


def _decide(world, application, state):
    application = application.with_user(world.users["operator"])
    if state == "review":
        application.action_start_review()
    elif state == "more":
        application._ask(world.text(ASKED))
    elif state == "rejected":
        application._reject(world.text(REFUSED))


def _amend(world):
    """The noodle house is offered another rate; its owner finds it in the portal."""
    contract = world.env["alliance.contract"].search([
        ("merchant_id", "=", world.merchants["noodles"].id), ("state", "=", "active")], limit=1)
    amendment = world.env["alliance.contract"].browse(contract.action_amend()["res_id"])
    amendment.write({"line_ids": [Command.clear(), Command.create({"scene": "alliance", "rate": 7})]})
    amendment.with_user(world.users["operator"]).action_send()
