"""Names of the demo world, each as (English, Chinese)."""

PLATFORM = ("Green Life Platform", "绿生活平台")

# key, name, scene, average ticket (yuan), sales per week, concession (%), contact's city
MERCHANTS = [
    ("mall", ("Green Life Own Mall", "绿生活自营商城"), "own_mall", 180, 6, 12, ("Shanghai", "上海")),
    ("tea", ("Dragon Well Tea Brand", "龙井人家茶业"), "brand_mall", 120, 3, 15, ("Hangzhou", "杭州")),
    ("silk", ("Suzhou Silk Brand", "苏州丝绸坊"), "brand_mall", 320, 2, 18, ("Suzhou", "苏州")),
    ("ceramics", ("Jingdezhen Ceramics", "景德镇瓷器"), "brand_mall", 210, 2, 16, ("Jingdezhen", "景德镇")),
    ("noodles", ("Old Street Noodle House", "老街面馆"), "alliance", 38, 12, 8, ("Shanghai", "上海")),
    ("hotpot", ("Red River Hot Pot", "红河火锅"), "alliance", 240, 6, 12, ("Chengdu", "成都")),
    ("bakery", ("Morning Light Bakery", "晨光烘焙"), "alliance", 32, 10, 10, ("Shanghai", "上海")),
    ("hair", ("Jasmine Hair Salon", "茉莉美发"), "alliance", 98, 4, 20, ("Shanghai", "上海")),
    ("books", ("Bamboo Bookshop", "竹林书店"), "alliance", 76, 4, 9, ("Nanjing", "南京")),
    ("pharmacy", ("Hundred Herbs Pharmacy", "百草药房"), "alliance", 64, 5, 5, ("Nanjing", "南京")),
    ("sports", ("Summit Sports", "巅峰运动"), "alliance", 260, 3, 11, ("Hangzhou", "杭州")),
    ("photo", ("Moonlight Photo Studio", "月光摄影"), "alliance", 399, 1, 20, ("Suzhou", "苏州")),
    ("market1", ("Neighbour Supermarket East Gate", "邻里超市东门店"), "supermarket", 86, 14, 3, ("Shanghai", "上海")),
    ("market2", ("Neighbour Supermarket River Road", "邻里超市滨江店"), "supermarket", 92, 11, 4, ("Shanghai", "上海")),
]
OWN_VOUCHERS = {"tea"}  # the shopping vouchers of its sales spend only there

CITIES = {  # latitude, longitude
    "Shanghai": (31.2304, 121.4737), "Hangzhou": (30.2741, 120.1551), "Suzhou": (31.2990, 120.5853),
    "Jingdezhen": (29.2688, 117.1786), "Chengdu": (30.5728, 104.0668), "Nanjing": (32.0603, 118.7969)}
HOURS = {  # opens, closes, days of the week
    "own_mall": (0.0, 24.0, "0123456"), "brand_mall": (9.0, 18.0, "01234"),
    "alliance": (10.0, 21.5, "0123456"), "supermarket": (7.0, 22.0, "0123456")}

CATEGORIES = {  # merchant -> category of its store
    "mall": "home", "tea": "gifts", "silk": "fashion", "ceramics": "home", "noodles": "food", "hotpot": "food",
    "bakery": "bakery", "hair": "beauty", "books": "books", "pharmacy": "health", "sports": "sports",
    "photo": "photo", "market1": "market", "market2": "market"}

FAMILY_NAMES = [
    ("Wang", "王"), ("Li", "李"), ("Zhang", "张"), ("Liu", "刘"), ("Chen", "陈"), ("Yang", "杨"),
    ("Zhao", "赵"), ("Huang", "黄"), ("Zhou", "周"), ("Wu", "吴"), ("Xu", "徐"), ("Sun", "孙"),
]
GIVEN_NAMES = [
    ("Min", "敏"), ("Jing", "静"), ("Lei", "磊"), ("Fang", "芳"), ("Tao", "涛"),
    ("Yan", "燕"), ("Jie", "杰"), ("Xiu", "秀"), ("Ming", "明"), ("Na", "娜"),
]
SHOPPER_COUNT = 60

# code of the product, name, price (yuan), sold in: tills, the platform's web mall, or a brand's store there
PRODUCTS = [
    ("GP-NOODLE", ("Beef Noodle Bowl", "牛肉面"), 38, "till"),
    ("GP-DUMPLING", ("Steamed Dumplings", "蒸饺"), 22, "till"),
    ("GP-TEA-CUP", ("Jasmine Tea", "茉莉花茶"), 12, "till"),
    ("GP-RICE", ("Northeast Rice 5 kg", "东北大米5公斤"), 49, "till"),
    ("GP-OIL", ("Rapeseed Oil 1.8 l", "菜籽油1.8升"), 42, "till"),
    ("GP-FRUIT", ("Fruit Basket", "水果篮"), 68, "till"),
    ("GP-TOWEL", ("Bamboo Towel Set", "竹纤维毛巾套装"), 88, "web"),
    ("GP-LAMP", ("Reading Lamp", "阅读台灯"), 168, "web"),
    ("GP-POT", ("Cast Iron Pot", "铸铁锅"), 299, "web"),
    ("GP-GIFT-TEA", ("Dragon Well Tea Box", "龙井茶礼盒"), 188, "tea"),
    ("GP-GREEN-TEA", ("Spring Green Tea 250 g", "明前绿茶250克"), 96, "tea"),
    ("GP-SCARF", ("Silk Scarf", "真丝围巾"), 260, "silk"),
    ("GP-CUPS", ("Celadon Cups, Set of Four", "青瓷茶杯四件套"), 158, "ceramics"),
]
# what a brand has asked to list: store, name, price (yuan), description
ASKED_FOR = [("tea", ("Osmanthus Black Tea 100 g", "桂花红茶100克"), 68,
              ("Keemun leaves scented with osmanthus of this autumn.", "祁门红茶，当季桂花窨制。"))]

REJECTED = (
    "The same shopper fourteen times within an hour; the merchant has no receipts for it.",
    "同一消费者一小时内连续交易十四次，商家无法提供小票。")

# login, merchant, name
OWNERS = [("merchant", "noodles", ("Owner Wang", "王老板")), ("brand", "tea", ("Owner Shen", "沈老板"))]

# login, name, groups (XML ids); a portal user has none
STAFF = [
    ("operator", ("Olivia Operator", "运营 欧阳"), [
        "merchant_alliance.group_operator", "point_of_sale.group_pos_manager", "sales_team.group_sale_manager"]),
    ("maker", ("Mei Maker", "制单 梅"), ["voucher_settlement.group_settlement_maker"]),
    ("checker", ("Chen Checker", "复核 陈"), [
        "voucher_settlement.group_settlement_checker", "merchant_alliance.group_approver"]),
    ("analyst", ("An Analyst", "风控 安"), ["risk_controls.group_risk_analyst"]),
    ("auditor", ("Audrey Auditor", "审计 奥"), ["merchant_alliance.group_auditor"]),
    ("cashier", ("Cai Cashier", "收银 蔡"), ["point_of_sale.group_pos_user"]),
]


def pick(pair, chinese):
    """Return the Chinese name of ``pair`` if ``chinese``, else the English one."""
    return pair[1 if chinese else 0]
